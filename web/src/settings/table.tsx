/** The table of a kind of object: searched and turned by the page, a click opens the form. */
import { NEW } from '../app/address.ts';
import { address, go } from '../app/navigation.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import type { Entity, Row } from './entity.ts';
import { isDirty } from './forms.ts';
import { type Listed, listOf, readList, rowsOfPage, turnTo } from './lists.ts';
import { Scroll } from './scroll.tsx';
import { SortHead } from './sort_head.tsx';

const INDENT_PX = 18;

function Line({ entity, row, depth }: { entity: Entity; row: Row; depth: number }) {
  const id = String(row[entity.id]);
  const isOpen = address.value.item === id;
  const open = () => go({ set: entity.name, item: id });
  const [first, ...rest] = entity.columns;
  return (
    <tr class={isOpen ? 'open' : ''} onClick={open}>
      <td>
        <button
          type="button"
          class="bare set-name"
          data-item={id}
          aria-current={isOpen ? 'true' : undefined}
          style={{ marginLeft: `${depth * INDENT_PX}px` }}
          onClick={(event) => {
            event.stopPropagation();
            open();
          }}
        >
          {first?.text(row) || id}
        </button>
        {isDirty(entity, id) && <span class="set-dirty">{s('set.unsaved')}</span>}
      </td>
      {rest.map((column) => (
        <td key={column.label()} data-label={column.label()}>
          {column.text(row)}
        </td>
      ))}
    </tr>
  );
}

export function Pager({ of }: { of: Listed }) {
  const { page, rows, total } = listOf(of.name).value;
  const size = rowsOfPage(of);
  const from = (page - 1) * size;
  if (total === 0) return null;
  return (
    <div class="set-pager">
      <span>{s('set.range', { from: from + 1, to: from + rows.length, of: total })}</span>
      {total > size && (
        <>
          <IconButton label={s('set.before')} off={page <= 1} onClick={() => turnTo(of, page - 1)}>
            <Icon name="left" />
          </IconButton>
          <IconButton
            label={s('set.after')}
            off={from + rows.length >= total}
            onClick={() => turnTo(of, page + 1)}
          >
            <Icon name="right" />
          </IconButton>
        </>
      )}
    </div>
  );
}

/** Why there are no rows. */
export function NoRows({
  of,
  nothing,
}: {
  of: Entity | Parameters<typeof readList>[0];
  nothing: string;
}) {
  const { key, state } = listOf(of.name).value;
  if (state === 'loading') return <div class="quiet" aria-busy="true" />;
  if (state === 'failed') {
    return (
      <div class="quiet" role="alert">
        <p>{s('set.listFailed')}</p>
        <button type="button" class="button" onClick={() => void readList(of)}>
          {t('start.retry')}
        </button>
      </div>
    );
  }
  return <p class="quiet">{key === '' ? nothing : s('set.noMatch', { key })}</p>;
}

export function EntityTable({ entity }: { entity: Entity }) {
  const { rows, state, sort } = listOf(entity.name).value;
  const tree = sort.column < 0 ? entity.asTree?.(rows) : undefined;
  const placed = tree ?? rows.map((of) => ({ of, depth: 0 }));
  const isNewDirty = isDirty(entity, NEW);
  return (
    <>
      {isNewDirty && address.value.item !== NEW && (
        <button
          type="button"
          class="bare link set-half"
          onClick={() => go({ set: entity.name, item: NEW })}
        >
          {s('set.halfNew')}
        </button>
      )}
      {rows.length === 0 ? (
        <NoRows of={entity} nothing={entity.nothing()} />
      ) : (
        <Scroll label={s('set.list')}>
          {state === 'failed' && (
            <p class="set-stale" role="alert">
              {s('set.listOld')}{' '}
              <button type="button" class="bare link" onClick={() => void readList(entity)}>
                {t('start.retry')}
              </button>
            </p>
          )}
          <table class="set-table">
            <thead>
              <tr>
                {entity.columns.map(({ label }, at) => (
                  <SortHead key={label()} entity={entity} at={at} />
                ))}
              </tr>
            </thead>
            <tbody>
              {placed.map(({ of, depth }) => (
                <Line key={String(of[entity.id])} entity={entity} row={of} depth={depth} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <Pager of={entity} />
    </>
  );
}

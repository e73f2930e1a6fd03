/** A section with a table and the form of what is open beside it. */
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { NEW } from '../app/address.ts';
import { onLiveAgain } from '../app/live_again.ts';
import { address, go } from '../app/navigation.ts';
import { isPhone } from '../app/screen.ts';
import { me } from '../app/session.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import type { Entity, Row } from './entity.ts';
import { Form } from './form.tsx';
import { dropForm, formOf, openForm } from './forms.ts';
import { type Listed, listOf, readList, searchFor } from './lists.ts';
import { Remove } from './remove.tsx';
import { EntityTable } from './table.tsx';

interface SectionProps {
  entity: Entity;
  /** Beside the button that adds one. */
  tools?: ComponentChildren;
  /** Below the fields of one that there is. */
  More?: ComponentType<{ row: Row }>;
}

export function SearchField({ of }: { of: Listed }) {
  return (
    <input
      id="set-search"
      class="set-search"
      type="search"
      aria-label={s('set.search')}
      placeholder={s('set.search')}
      autocomplete="off"
      value={listOf(of.name).value.key}
      onInput={(event) => searchFor(of, event.currentTarget.value)}
    />
  );
}

function Bar({ entity, tools }: SectionProps) {
  const { add } = entity;
  return (
    <div class="set-bar">
      <SearchField of={entity} />
      <span class="space" />
      {tools}
      {add && (add.may?.() ?? true) && (
        <button
          type="button"
          class="button primary"
          onClick={() => go({ set: entity.name, item: NEW })}
        >
          <Icon name="plus" size={16} /> {add.label()}
        </button>
      )}
    </div>
  );
}

/** The focus goes back to where it came from. */
export function closeItem(): void {
  const { item } = address.value;
  go({ item: '' });
  requestAnimationFrame(() => {
    const row = document.querySelector<HTMLElement>(`[data-item="${CSS.escape(item)}"]`);
    (row ?? document.getElementById('set-search'))?.focus();
  });
}

function Side({ entity, More }: SectionProps) {
  const id = address.value.item;
  const now = formOf(entity, id);
  const base = typeof now === 'object' ? now.base : null;
  const title = id === NEW ? entity.add?.label() : base && entity.nameOf(base);
  const host = useRef<HTMLElement>(null);
  const isThere = typeof now === 'object';
  useLayoutEffect(() => {
    if (!isThere) return;
    const field = id === NEW && !isPhone.value ? 'input' : 'h2';
    host.current?.querySelector<HTMLElement>(field)?.focus();
  }, [entity.name, id, isThere]);
  const leave = () => {
    dropForm(entity, id);
    if (id === NEW) closeItem();
    else void openForm(entity, id, base);
  };
  return (
    <aside class="set-side" ref={host} aria-labelledby="set-side-title">
      <div class="set-side-head">
        <h2 id="set-side-title" tabIndex={-1}>
          {title || id}
        </h2>
        <IconButton label={t('drawer.close')} onClick={closeItem}>
          <Icon name="close" />
        </IconButton>
      </div>
      <div class="set-side-body">
        <Form entity={entity} id={id} onLeave={leave} />
        {base && More && <More row={base} />}
        {base && <Remove entity={entity} row={base} />}
      </div>
    </aside>
  );
}

export function EntitySection(props: SectionProps) {
  const { entity } = props;
  const { item } = address.value;
  const { rows } = listOf(entity.name).value;
  // a list begins anew in another enterprise, also as root's first one is made while it is shown
  const hold = me.value?.HoldID;
  useEffect(() => void readList(entity), [entity.name, hold]);
  useEffect(
    () =>
      onLiveAgain(() => {
        if (listOf(entity.name).peek().state === 'failed') void readList(entity);
      }),
    [entity.name],
  );
  useEffect(() => {
    const row = rows.find((each) => String(each[entity.id]) === item) ?? null;
    if (item !== '') void openForm(entity, item, entity.readOne ? null : row);
  }, [entity.name, item, hold]);
  return (
    <div class={item === '' ? 'set-section' : 'set-section with-item'}>
      <div class="set-list">
        <Bar {...props} />
        <EntityTable entity={entity} />
      </div>
      {item !== '' && <Side {...props} />}
    </div>
  );
}

/** The head of the table: a click sorts by a column, its right edge sets the width. */

import { useRef } from 'preact/hooks';
import type { Column } from '../app/columns.ts';
import { columnsShown, setWidth, widthOf } from '../app/columns.ts';
import { chooseSort, sort } from '../app/list.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';

/** Sorted by another column it rises; by the same it turns round. */
export function sortBy(name: string): void {
  const falls = sort.value.column?.name === name && !sort.value.falls;
  chooseSort(falls ? `-${name}` : name);
}

function Grip({ column }: { column: Column }) {
  const onDown = (down: PointerEvent) => {
    const grip = down.currentTarget as HTMLElement;
    const before = widthOf(column);
    grip.setPointerCapture(down.pointerId);
    const onMove = (move: PointerEvent) =>
      setWidth(column.name, before + move.clientX - down.clientX);
    grip.addEventListener('pointermove', onMove);
    grip.addEventListener(
      'lostpointercapture',
      () => grip.removeEventListener('pointermove', onMove),
      { once: true },
    );
  };
  return <span class="grip" aria-hidden="true" onPointerDown={onDown} />;
}

function HeadCell({ column, place }: { column: Column; place: number }) {
  const isSorted = sort.value.column?.name === column.name;
  const order = !isSorted ? 'none' : sort.value.falls ? 'descending' : 'ascending';
  const looks = ['cell', `c-${column.name}`];
  if (column.isNumber) looks.push('number');
  if (place < 2) looks.push(`fixed-${place + 1}`);
  return (
    <div class={looks.join(' ')} role="columnheader" aria-sort={order}>
      <button
        type="button"
        class="bare sort-button"
        title={t('table.sortBy', { name: t(column.title) })}
        onClick={() => sortBy(column.name)}
      >
        <span class="value">{t(column.title)}</span>
        {isSorted && <Icon name={sort.value.falls ? 'down' : 'up'} size={16} />}
      </button>
      <Grip column={column} />
    </div>
  );
}

/** Keys that pass through the head scroll it sideways; then it stands again as before. */
function useWayBack() {
  const before = useRef<number | null>(null);
  const scrolled = (event: FocusEvent) => (event.currentTarget as Element).closest('.table');
  return {
    onFocusIn(event: FocusEvent) {
      before.current ??= scrolled(event)?.scrollLeft ?? 0;
    },
    onFocusOut(event: FocusEvent) {
      const head = event.currentTarget as Element;
      if (event.relatedTarget === null || head.contains(event.relatedTarget as Node)) return;
      const table = scrolled(event);
      if (table && before.current !== null) table.scrollLeft = before.current;
      before.current = null;
    },
  };
}

export function Header() {
  const wayBack = useWayBack();
  return (
    <div class="row header" role="row" aria-rowindex={1} {...wayBack}>
      <div class="cell c-focus fixed-0" role="columnheader" aria-label={t('column.focus')} />
      {columnsShown.value.map((column, place) => (
        <HeadCell column={column} place={place} key={column.name} />
      ))}
    </div>
  );
}

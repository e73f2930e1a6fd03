/**
 * The table: rows of one height, of which those in view are drawn. It is one stop of the Tab key;
 * arrows go from row to row (app/keyboard.ts). While the pointer is on it, or it has the focus, the
 * order of its rows stays.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { cursor, select, selectedSlot } from '../app/device.ts';
import { now, shown, tick } from '../app/fleet.ts';
import { isGrouped, list } from '../app/list.ts';
import { placesVersion, wantPlaces } from '../app/places.ts';
import { t } from '../i18n/text.ts';
import { isHeading, sectionAt } from '../store/groups.ts';
import { hand } from './hand.ts';
import { Header } from './header.tsx';
import { Heading } from './heading.tsx';
import { ListRow } from './list_row.tsx';
import { fixedWidth, gridStyle, HEADER_HEIGHT, isList, rowHeight } from './measures.ts';
import { Row } from './row.tsx';
import { scrollFor, windowOf } from './window.ts';

function useScroll(head: number) {
  const host = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const look = () => {
      view.value = { top: element.scrollTop, height: element.clientHeight - head };
    };
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      watch.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [head]);
  return { host, view };
}

/** A row's nodes belong to its place, and are used again where another order or place is shown. */
function ringOf(rowsInView: number): number {
  return 2 ** Math.ceil(Math.log2(rowsInView + 1));
}

export function Table() {
  const head = isList.value ? 0 : HEADER_HEIGHT;
  const height = rowHeight();
  const { host, view } = useScroll(head);
  const { rows, sections } = list.value;
  tick.value;
  now.value;
  placesVersion.value;
  const { from, to } = windowOf(view.value.top, view.value.height, height, rows.length);
  const inView = [...rows.subarray(from, to)];
  const ring = ringOf(to - from);

  useEffect(() =>
    wantPlaces(
      'table',
      inView.filter((row) => !isHeading(row)),
    ),
  );
  useEffect(() => {
    const place = rows.indexOf(cursor.value);
    const element = host.current;
    if (place < 0 || !element) return;
    const to = scrollFor(place, element.scrollTop, element.clientHeight - head, height);
    if (to !== null) element.scrollTop = to;
  }, [cursor.value]);
  useEffect(() => hand.drop, []);

  const RowShape = isList.value ? ListRow : Row;
  const onClick = (event: MouseEvent) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-row]');
    const slot = row ? rows[Number(row.dataset['row'])] : undefined;
    if (slot !== undefined) select(slot);
  };
  return (
    <div
      ref={host}
      id="table"
      style={{ scrollPaddingLeft: `${fixedWidth()}px` }} // what has the focus stands beside them
      class={`table ${isList.value ? 'list' : ''} ${isGrouped.value ? 'grouped' : ''} ${shown.value}`}
      role="grid"
      tabIndex={0}
      aria-label={t('table.label')}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={cursor.value < 0 ? undefined : `row-${rows.indexOf(cursor.value)}`}
      onClick={onClick}
      onFocus={hand.focus}
      onBlur={hand.blur}
    >
      <div class="rows" style={gridStyle()} onPointerEnter={hand.enter} onPointerLeave={hand.leave}>
        {!isList.value && <Header />}
        <div class="body" style={{ height: `${rows.length * height}px`, '--row': `${height}px` }}>
          {inView.map((row, at) => {
            const place = from + at;
            const top = place * height;
            if (isHeading(row)) {
              const section = sectionAt(sections, row);
              return (
                section && (
                  <Heading key={`g${section.group}`} section={section} place={place} top={top} />
                )
              );
            }
            return (
              <RowShape
                key={place % ring}
                slot={row}
                place={place}
                top={top}
                isSelected={row === selectedSlot.value}
                isCursor={row === cursor.value}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

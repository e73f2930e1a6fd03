/**
 * The rows of a report: those in view are drawn. A click or the arrows choose one, which the map
 * shows; the head sorts. On a phone each row is a card.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { isPhone } from '../app/screen.ts';
import { language, units } from '../i18n/choice.ts';
import { rt } from '../i18n/reports.ts';
import { scrollFor, windowOf } from '../table/window.ts';
import { Card, cardPx } from './card.tsx';
import { cellText } from './format.ts';
import { Head } from './head.tsx';
import { COLUMNS, type Column, isApart, isNumber, type ReportRow } from './kinds.ts';
import type { Report } from './run.ts';
import { chooseRow, order, rowChosen, stepRow } from './view.ts';

const ROW_PX = 44;
const HEAD_PX = 48;
const GROWS = ['place', 'startPlace', 'endPlace', 'note', 'status'];

/** Widths of all columns, and the least width of a row. */
function gridOf(columns: readonly Column[]): Record<string, string> {
  const parts = columns
    .filter(isApart)
    .map(({ name, width }) => (GROWS.includes(name) ? `minmax(${width}px, 1fr)` : `${width}px`));
  const least = columns.reduce((sum, { width }) => sum + width, 0);
  return { '--grid': parts.join(' '), minWidth: `${least}px` };
}

function useScroll(headPx: number) {
  const host = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const look = () => {
      view.value = { top: element.scrollTop, height: element.clientHeight - headPx };
    };
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      watch.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [headPx]);
  return { host, view };
}

type LineProps = { row: ReportRow; columns: readonly Column[]; place: number };

function Line({ row, columns, place }: LineProps) {
  return (
    <div
      id={`report-row-${place}`}
      class={row === rowChosen.value ? 'report-row selected' : 'report-row'}
      role="row"
      data-place={place}
      aria-rowindex={place + 2}
      aria-selected={row === rowChosen.value}
      style={{ transform: `translateY(${place * ROW_PX}px)` }}
    >
      {columns.map((column, at) => {
        if (!isApart(column)) return null;
        const text = cellText(column, row.cells[at] ?? null);
        const title = column.name === 'vehicle' ? `${text} · ${row.id}` : text;
        const below = columns[at + 1];
        return (
          <div
            key={column.name}
            class={`cell ${isNumber(column) ? 'number' : column.cell}`}
            role="gridcell"
            title={title}
          >
            <span class="value">{text}</span>
            {below && !isApart(below) && (
              <span class="value under">{cellText(below, row.cells[at + 1] ?? null)}</span>
            )}
          </div>
        );
      })}
    </div>
  );
}

export function ReportTable({ shown }: { shown: Report }) {
  const isCards = isPhone.value;
  const headPx = isCards ? 0 : HEAD_PX;
  const columns = COLUMNS[shown.asked.kind];
  const rowPx = isCards ? cardPx(columns) : ROW_PX;
  const { host, view } = useScroll(headPx);
  const places = order.value;
  language.value;
  units.value;
  const { from, to } = windowOf(view.value.top, view.value.height, rowPx, places.length);
  const chosenAt =
    rowChosen.value === null ? -1 : places.indexOf(shown.rows.indexOf(rowChosen.value));

  useEffect(() => {
    const element = host.current;
    if (!element || chosenAt < 0) return;
    const top = scrollFor(chosenAt, element.scrollTop, element.clientHeight - headPx, rowPx);
    if (top !== null) element.scrollTop = top;
  }, [chosenAt]);

  const onClick = (event: MouseEvent) => {
    const line = (event.target as Element).closest<HTMLElement>('[data-place]');
    const row = line ? shown.rows[places[Number(line.dataset['place'])] ?? -1] : undefined;
    if (row) chooseRow(row);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    stepRow(step);
  };
  return (
    <div
      ref={host}
      class={isCards ? 'report-table cards' : 'report-table'}
      role="grid"
      tabIndex={0}
      aria-label={rt('report.table')}
      aria-rowcount={places.length + 1}
      aria-activedescendant={chosenAt < 0 ? undefined : `report-row-${chosenAt}`}
      onClick={onClick}
      onKeyDown={onKey}
    >
      <div class="report-lines" style={isCards ? {} : gridOf(columns)}>
        {!isCards && <Head columns={columns} />}
        <div class="report-body" role="rowgroup" style={{ height: `${places.length * rowPx}px` }}>
          {[...places.subarray(from, to)].map((at, i) => {
            const row = shown.rows[at] as ReportRow;
            const props = { row, columns, place: from + i };
            return isCards ? (
              <Card key={from + i} {...props} />
            ) : (
              <Line key={from + i} {...props} />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** A row of a report on a phone: the vehicle, its time, its values, and where it was. */
import { cellText, titleOf } from './format.ts';
import type { Column, ReportRow } from './kinds.ts';
import { rowChosen } from './view.ts';

export const CARD_PX = 116;
const TIMES = ['time', 'date'];
const VALUES_MAX = 4;

interface CardProps {
  row: ReportRow;
  columns: readonly Column[];
  place: number;
}

/** Texts of the columns that `wants` takes. */
function told({ row, columns }: CardProps, wants: (column: Column) => boolean) {
  return columns
    .map((column, at) => ({ column, text: cellText(column, row.cells[at] ?? null) }))
    .filter(({ column }) => wants(column));
}

export function Card(props: CardProps) {
  const { row, place } = props;
  const times = told(props, ({ cell }) => TIMES.includes(cell)).slice(0, 2);
  const places = told(props, ({ cell }) => cell === 'place');
  const positions = told(props, ({ cell }) => cell === 'position');
  const isValue = ({ name, cell }: Column) =>
    name !== 'vehicle' && ![...TIMES, 'place', 'position'].includes(cell);
  const values = told(props, isValue).slice(0, VALUES_MAX);
  return (
    <div
      id={`report-row-${place}`}
      class={row === rowChosen.value ? 'report-card selected' : 'report-card'}
      role="row"
      data-place={place}
      aria-rowindex={place + 1}
      aria-selected={row === rowChosen.value}
      style={{ transform: `translateY(${place * CARD_PX}px)` }}
    >
      <div role="gridcell" class="card-inner">
        <b class="card-line">{row.plate}</b>
        <span class="card-line">{times.map(({ text }) => text).join(' – ')}</span>
        <span class="card-line card-values">
          {values.map(({ column, text }) => (
            <span key={column.name}>
              {titleOf(column)} <b>{text}</b>
            </span>
          ))}
        </span>
        <span class="card-line under">{places.map(({ text }) => text).join(' → ')}</span>
        <span class="card-line under">{positions.map(({ text }) => text).join(' → ')}</span>
      </div>
    </div>
  );
}

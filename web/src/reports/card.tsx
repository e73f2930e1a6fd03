/** A row of a report on a phone: the vehicle, its time, its values, and where it was. */
import { cellText, titleOf } from './format.ts';
import type { Column, ReportRow } from './kinds.ts';
import { rowChosen } from './view.ts';

const TIMES = ['time', 'date'];
const NO_VALUES = [...TIMES, 'place', 'position'];
const CARD_PX = 98;
const LINE_PX = 18;
const VALUES_A_LINE = 2;

function isValue({ name, cell }: Column): boolean {
  return name !== 'vehicle' && !NO_VALUES.includes(cell);
}

/** The height of a card: all that a row of the table tells stands in it. */
export function cardPx(columns: readonly Column[]): number {
  return CARD_PX + LINE_PX * Math.ceil(columns.filter(isValue).length / VALUES_A_LINE);
}

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
  const values = told(props, isValue);
  const height = cardPx(props.columns);
  return (
    <div
      id={`report-row-${place}`}
      class={row === rowChosen.value ? 'report-card selected' : 'report-card'}
      role="row"
      data-place={place}
      aria-rowindex={place + 1}
      aria-selected={row === rowChosen.value}
      style={{ transform: `translateY(${place * height}px)`, height: `${height}px` }}
    >
      <div role="gridcell" class="card-inner">
        <b class="card-line">{row.plate}</b>
        <span class="card-line">{times.map(({ text }) => text).join(' – ')}</span>
        <span class="card-values">
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

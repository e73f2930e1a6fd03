/** A row of the table. Values that changed are tinted for a moment. */
import { useRef } from 'preact/hooks';
import type { Column } from '../app/columns.ts';
import { columnsShown } from '../app/columns.ts';
import { fleet } from '../app/fleet.ts';
import { isOverdue, rowLook, shownState } from '../app/look.ts';
import { StateIcon } from '../parts/state_icon.tsx';
import { FocusButton } from './focus_button.tsx';
import { mayTint } from './tint.ts';

export interface RowProps {
  slot: number;
  /** Its place in the list, from 0. */
  place: number;
  top: number;
  isSelected: boolean;
  isCursor: boolean;
}

/** These change with the clock alone. */
const CLOCKS = new Set(['since', 'age', 'place']);

interface Before {
  slot: number;
  texts: Map<string, string>;
  turns: Map<string, number>;
}

/** How often a cell changed; a new number makes a new node, whose tint begins anew. */
function turnOf(before: Before, column: Column, text: string): number {
  const last = before.texts.get(column.name);
  const turn = before.turns.get(column.name) ?? 0;
  before.texts.set(column.name, text);
  const isNew = last !== undefined && last !== text && !CLOCKS.has(column.name) && mayTint();
  const next = isNew ? turn + 1 : turn;
  before.turns.set(column.name, next);
  return next;
}

function lookOf(column: Column, slot: number, place: number, turn: number): string {
  const looks = ['cell', `c-${column.name}`];
  if (column.isNumber) looks.push('number');
  if (place < 2) looks.push(`fixed-${place + 1}`);
  if (turn > 0) looks.push('tinted');
  if (column.name === 'age' && isOverdue(slot)) looks.push('overdue');
  return looks.join(' ');
}

export function Row({ slot, place, top, isSelected, isCursor }: RowProps) {
  const kept = useRef<Before>({ slot, texts: new Map(), turns: new Map() });
  if (kept.current.slot !== slot) kept.current = { slot, texts: new Map(), turns: new Map() };
  const before = kept.current;
  const looks = ['row', rowLook(slot), isSelected ? 'selected' : '', isCursor ? 'cursor' : ''];
  return (
    <div
      id={`row-${place}`}
      class={looks.filter(Boolean).join(' ')}
      role="row"
      data-row={place}
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div class="cell c-focus fixed-0" role="gridcell">
        <FocusButton slot={slot} />
      </div>
      {columnsShown.value.map((column, at) => {
        const text = column.text(slot);
        const turn = turnOf(before, column, text);
        return (
          <div
            key={`${column.name} ${turn}`}
            class={lookOf(column, slot, at, turn)}
            role="gridcell"
            title={text.length > 14 ? text : undefined}
          >
            {column.name === 'state' && (
              <StateIcon state={shownState(slot)} course={fleet.numbers.d[slot] as number} />
            )}
            <span class="value">{text}</span>
          </div>
        );
      })}
    </div>
  );
}

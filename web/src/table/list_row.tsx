/** A row of the list, on a phone or beside a map: what matters of a device in two lines. */

import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { columnOf, stateText } from '../app/columns.ts';
import { fleet, now } from '../app/fleet.ts';
import { hovered } from '../app/hover.ts';
import { isOverdue, rowLook, shownState } from '../app/look.ts';
import { placeOf } from '../app/places.ts';
import * as f from '../i18n/format.ts';
import { StateIcon } from '../parts/state_icon.tsx';
import { MOVING, NEVER, OFFLINE } from '../store/state.ts';
import type { RowProps } from './row.tsx';

/** The alarms, or the state and how long it lasts; then where it is. */
export function secondLine(slot: number): string {
  const state = fleet.states[slot] as number;
  const alarms = columnOf('alarms')?.text(slot) ?? '';
  const since = now.value - (fleet.numbers.n[slot] as number);
  const isTimed = state !== MOVING && state !== NEVER && state !== OFFLINE && !Number.isNaN(since);
  const what = alarms || (isTimed ? `${stateText(slot)} ${f.age(since)}` : stateText(slot));
  return [what, placeOf(slot)].filter(Boolean).join(' · ');
}

/** All that a row shows. */
function shownOf({ slot, place, top, isSelected, isCursor }: RowProps) {
  const looks = ['row', rowLook(slot), isSelected ? 'selected' : '', isCursor ? 'cursor' : ''];
  if (hovered.value === slot) looks.push('hovered');
  const isNew = fleet.states[slot] === NEVER;
  return {
    slot,
    place,
    top,
    isSelected,
    looks: looks.filter(Boolean).join(' '),
    state: shownState(slot),
    course: fleet.numbers.d[slot] as number,
    name: fleet.texts.plate[slot],
    speed: f.speed(fleet.numbers.v[slot] as number),
    what: secondLine(slot),
    age: isNew ? '' : f.age(now.value - (fleet.numbers.t[slot] as number)),
    isLate: isOverdue(slot),
  };
}

/** Each second asks all rows, of which few say anything else: those stay as they were drawn. */
export function ListRow(props: RowProps) {
  const last = useRef<{ key: string; row: VNode }>(null);
  const shown = shownOf(props);
  const key = JSON.stringify(shown);
  if (last.current?.key !== key) last.current = { key, row: drawRow(shown) };
  return last.current.row;
}

function drawRow({ slot, place, top, isSelected, ...shown }: ReturnType<typeof shownOf>) {
  return (
    <div
      id={`row-${place}`}
      class={shown.looks}
      role="row"
      data-row={place}
      aria-rowindex={place + 1}
      aria-selected={isSelected}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => {
        hovered.value = slot;
      }}
      onPointerLeave={() => {
        hovered.value = -1;
      }}
    >
      <div class="two-lines" role="gridcell">
        <StateIcon state={shown.state} course={shown.course} />
        <span class="name">{shown.name}</span>
        <span class="speed">{shown.speed}</span>
        <span class="what">{shown.what}</span>
        <span class={shown.isLate ? 'age overdue' : 'age'}>{shown.age}</span>
      </div>
    </div>
  );
}

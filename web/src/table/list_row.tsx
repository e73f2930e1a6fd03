/** A row of the list, on a phone or beside a map: what matters of a device in two lines. */

import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { columnOf, stateText } from '../app/columns.ts';
import { fleet, now } from '../app/fleet.ts';
import { hovered } from '../app/hover.ts';
import { isOverdue, rowLook, shownState, speedNow } from '../app/look.ts';
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
    speed: f.speed(speedNow(slot)),
    what: secondLine(slot),
    age: isNew ? '' : f.age(now.value - (fleet.numbers.t[slot] as number)),
    isLate: isOverdue(slot),
  };
}

type Shown = ReturnType<typeof shownOf>;

/** What a row was drawn as: parts of it that say the same are taken over, and compared no more. */
interface Drawn {
  shown: Shown;
  parts: Record<'icon' | 'name' | 'speed' | 'what' | 'age', VNode>;
  row: VNode;
}

function isLike(a: Shown, b: Shown): boolean {
  for (const name in a) {
    if (!Object.is(a[name as keyof Shown], b[name as keyof Shown])) return false; // NaN, too
  }
  return true;
}

/** Each second asks all rows, of which few say anything else: those stay as they were drawn. */
export function ListRow(props: RowProps) {
  const drawn = useRef<Drawn>(null);
  const shown = shownOf(props);
  if (drawn.current === null || !isLike(drawn.current.shown, shown)) {
    const parts = drawParts(shown, drawn.current);
    drawn.current = { shown, parts, row: drawRow(shown, parts) };
  }
  return drawn.current.row;
}

function drawParts(shown: Shown, before: Drawn | null): Drawn['parts'] {
  const last = before?.shown;
  const kept = before?.parts;
  const { name, speed, what, age, isLate, state, course } = shown;
  const isSameIcon = kept && last?.state === state && Object.is(last.course, course);
  const isSameAge = kept && last?.age === age && last.isLate === isLate;
  return {
    icon: isSameIcon ? kept.icon : <StateIcon state={state} course={course} />,
    name: kept && last?.name === name ? kept.name : <span class="name">{name}</span>,
    speed: kept && last?.speed === speed ? kept.speed : <span class="speed">{speed}</span>,
    what: kept && last?.what === what ? kept.what : <span class="what">{what}</span>,
    age: isSameAge ? kept.age : <span class={isLate ? 'age overdue' : 'age'}>{age}</span>,
  };
}

function drawRow({ slot, place, top, isSelected, looks }: Shown, parts: Drawn['parts']): VNode {
  return (
    <div
      id={`row-${place}`}
      class={looks}
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
        {parts.icon}
        {parts.name}
        {parts.speed}
        {parts.what}
        {parts.age}
      </div>
    </div>
  );
}

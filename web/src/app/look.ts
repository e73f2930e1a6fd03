/** How a device looks wherever it is shown. */
import { ALARM, MOVING, OFFLINE, speedOf } from '../store/state.ts';
import { fleet, now } from './fleet.ts';

/** The state that is drawn: an alarm before all others. */
export function shownState(slot: number): number {
  return fleet.alarms[slot] ? ALARM : (fleet.states[slot] as number);
}

/** How fast it is, tenths of km/h; NaN: not known. */
export function speedNow(slot: number): number {
  return speedOf(fleet.states[slot] as number, fleet.numbers.v[slot] as number);
}

/** It is on the move, and its fix older than three of its intervals. */
export function isOverdue(slot: number): boolean {
  const { t: taken, p: interval } = fleet.numbers;
  const isMoving = fleet.states[slot] === MOVING;
  return isMoving && now.value - (taken[slot] as number) > 3 * (interval[slot] as number);
}

/** Names for the style sheets. */
export function rowLook(slot: number): string {
  const looks = [];
  if (fleet.states[slot] === OFFLINE) looks.push('stale');
  if (fleet.alarms[slot]) looks.push('alarmed');
  if (fleet.states[slot] !== MOVING) looks.push('at-rest');
  return looks.join(' ');
}

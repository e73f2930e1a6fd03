/** Which vehicles are on the map, and how many of them in sight: a pass over all, each tick. */
import type { Fleet } from '../store/fleet.ts';
import { settled } from '../store/held.ts';
import { ALARM, OFFLINE } from '../store/state.ts';
import type { Positions } from './positions.ts';
import type { Window } from './window.ts';

const LONG_GONE_S = 48 * 3600;
const NONE = new Int32Array(0);
let room: Int32Array = NONE;

export interface Wanted {
  onlyAlarms: boolean;
  /** Those, too, that have been offline for two days. */
  hasLongGone: boolean;
  /** Server's time, epoch seconds. */
  now: number;
}

/**
 * The slots of `slots` that have a place (`xs`) and are wanted. `drawn` gets the state that each
 * is drawn as, `kept` whether it is never gathered. `before` is the answer of the last time: slots
 * that are the same are the same list.
 */
export function chooseShown(
  fleet: Fleet,
  slots: Int32Array,
  xs: Float64Array,
  { onlyAlarms, hasLongGone, now }: Wanted,
  drawn: Uint8Array,
  kept: Uint8Array,
  before: Int32Array = NONE,
): Int32Array {
  const { alarms, states } = fleet;
  const taken = fleet.numbers.t;
  if (room.length < slots.length) room = new Int32Array(2 * slots.length);
  const shown = room;
  let count = 0;
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number;
    const isAlarmed = alarms[slot] !== 0;
    if (Number.isNaN(xs[slot]) || (onlyAlarms && !isAlarmed)) continue;
    const state = states[slot] as number;
    const isGone = state === OFFLINE && now - (taken[slot] as number) > LONG_GONE_S;
    if (isGone && !hasLongGone && !isAlarmed) continue;
    drawn[slot] = isAlarmed ? ALARM : state;
    kept[slot] = isAlarmed ? 1 : 0;
    shown[count++] = slot;
  }
  return settled(shown.subarray(0, count), before);
}

export function countIn(
  slots: Int32Array,
  xs: Float64Array,
  ys: Float64Array,
  { x, y, width, height }: Window,
): number {
  let count = 0;
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number;
    const dx = (xs[slot] as number) - x;
    const dy = (ys[slot] as number) - y;
    if (dx - Math.floor(dx) < width && dy >= 0 && dy < height) count++;
  }
  return count;
}

/** Whether any of `order` that is in sight began to move at that time, ms. */
export function areOnTheWay(
  order: Int32Array,
  { x, y, times }: Positions,
  window: Window,
  atMs: number,
): boolean {
  const since = Math.fround(atMs);
  const moving = order.filter((slot) => times[slot] === since);
  return countIn(moving, x, y, window) > 0;
}

/**
 * In which order vehicles are drawn, what covers what: the most urgent last. A counting sort, once
 * a tick.
 */
import { ALARM, IDLE, MOVING, OFFLINE, PARKED } from '../store/state.ts';

/** From below to above. */
const RANKS: Record<number, number> = {
  [PARKED]: 0,
  [OFFLINE]: 1,
  [IDLE]: 2,
  [MOVING]: 3,
  [ALARM]: 4,
};
const FOLLOWED = 5;
const SELECTED = 6;
const RANK_COUNT = 7;
const BY_STATE = Uint8Array.from({ length: 8 }, (_, state) => RANKS[state] ?? 0);

export interface Urgent {
  /** Slot; -1: none. */
  selected: number;
  followed: ReadonlySet<number>;
}

/**
 * The slots that are not in a cluster (`of` < 0) and have a place, lowest first; equal ones as they
 * came. `state` is the one that is drawn.
 */
export function drawOrder(
  slots: Int32Array,
  of: Int32Array,
  x: Float64Array,
  state: Uint8Array,
  urgent: Urgent,
): Int32Array {
  const starts = new Int32Array(RANK_COUNT + 1);
  const ranks = new Int8Array(slots.length);
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number;
    const isDrawn = (of[slot] as number) < 0 && !Number.isNaN(x[slot]);
    const rank = isDrawn ? rankOf(slot, state, urgent) : -1;
    ranks[at] = rank;
    if (rank >= 0) starts[rank + 1] = (starts[rank + 1] as number) + 1;
  }
  for (let rank = 0; rank < RANK_COUNT; rank++) {
    starts[rank + 1] = (starts[rank + 1] as number) + (starts[rank] as number);
  }
  const order = new Int32Array(starts[RANK_COUNT] as number);
  for (let at = 0; at < slots.length; at++) {
    const rank = ranks[at] as number;
    if (rank < 0) continue;
    order[starts[rank] as number] = slots[at] as number;
    starts[rank] = (starts[rank] as number) + 1;
  }
  return order;
}

function rankOf(slot: number, state: Uint8Array, urgent: Urgent): number {
  if (slot === urgent.selected) return SELECTED;
  if (urgent.followed.size > 0 && urgent.followed.has(slot)) return FOLLOWED;
  return BY_STATE[state[slot] as number] as number;
}

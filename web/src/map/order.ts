/**
 * In which order vehicles are drawn, what covers what: the most urgent last. A counting sort, once
 * a tick.
 */
import { ALARM, IDLE, MOVING, OFFLINE, PARKED } from '../store/state.ts';
import type { Members } from './clusters.ts';

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
 * The slots that are in no cluster and have a place, lowest first; equal ones as they came. `state`
 * is the one that is drawn.
 */
export function drawOrder(
  slots: Int32Array,
  of: Members,
  x: Float64Array,
  state: Uint8Array,
  urgent: Urgent,
): Int32Array {
  const alone = standing(slots, of, x);
  const starts = new Int32Array(RANK_COUNT + 1);
  const ranks = new Int8Array(alone.length);
  for (let at = 0; at < alone.length; at++) {
    const rank = rankOf(alone[at] as number, state, urgent);
    ranks[at] = rank;
    starts[rank + 1] = (starts[rank + 1] as number) + 1;
  }
  for (let rank = 0; rank < RANK_COUNT; rank++) {
    starts[rank + 1] = (starts[rank + 1] as number) + (starts[rank] as number);
  }
  const order = new Int32Array(alone.length);
  for (let at = 0; at < alone.length; at++) {
    const rank = ranks[at] as number;
    order[starts[rank] as number] = alone[at] as number;
    starts[rank] = (starts[rank] as number) + 1;
  }
  return order;
}

let room = new Int32Array(0);

/** Those that stand for themselves; of a large fleet most do not. Read it before the next call. */
function standing(slots: Int32Array, { cells, names }: Members, x: Float64Array): Int32Array {
  if (room.length < slots.length) room = new Int32Array(slots.length);
  let count = 0;
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number;
    const cell = cells[slot] as number;
    if (cell >= 0 && (names[cell] as number) >= 0) continue;
    if (!Number.isNaN(x[slot])) room[count++] = slot;
  }
  return room.subarray(0, count);
}

function rankOf(slot: number, state: Uint8Array, urgent: Urgent): number {
  if (slot === urgent.selected) return SELECTED;
  if (urgent.followed.size > 0 && urgent.followed.has(slot)) return FOLLOWED;
  return BY_STATE[state[slot] as number] as number;
}

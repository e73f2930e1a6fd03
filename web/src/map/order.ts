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

const NONE: Int32Array = new Int32Array(0);
let room = NONE;

export class DrawOrder {
  /** Those that stand for themselves, as long as slots and clusters are what they were. */
  private alone = NONE;
  private aloneOf = { slots: NONE, version: -1 };

  /**
   * The slots that are in no cluster and have a place, lowest first; equal ones as they came.
   * `state` is the one that is drawn. `slots` must not be written later; who is in them and has a
   * place has one for as long as he is.
   */
  of(
    slots: Int32Array,
    members: Members,
    x: Float64Array,
    state: Uint8Array,
    urgent: Urgent,
  ): Int32Array {
    if (this.aloneOf.slots !== slots || this.aloneOf.version !== members.version) {
      this.alone = standing(slots, members, x);
      this.aloneOf = { slots, version: members.version };
    }
    return byRank(this.alone, state, urgent);
  }
}

function byRank(alone: Int32Array, state: Uint8Array, urgent: Urgent): Int32Array {
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

/** Of a large fleet most do not stand for themselves. */
function standing(slots: Int32Array, { cells, names }: Members, x: Float64Array): Int32Array {
  if (room.length < slots.length) room = new Int32Array(slots.length);
  let count = 0;
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number;
    const cell = cells[slot] as number;
    if (cell >= 0 && (names[cell] as number) >= 0) continue;
    if (!Number.isNaN(x[slot])) room[count++] = slot;
  }
  return room.slice(0, count);
}

function rankOf(slot: number, state: Uint8Array, urgent: Urgent): number {
  if (slot === urgent.selected) return SELECTED;
  if (urgent.followed.size > 0 && urgent.followed.has(slot)) return FOLLOWED;
  return BY_STATE[state[slot] as number] as number;
}

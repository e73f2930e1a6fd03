/** Which devices a list shows: what search, group and states leave. */
import type { Fleet } from './fleet.ts';
import { settled } from './held.ts';
import { ALARM, STATE_COUNT, stateBit } from './state.ts';
import { folded } from './words.ts';

export interface Query {
  text: string;
  /** GroupID; null: all. */
  group: number | null;
  /** States as bits (state.ts); 0: all. */
  states: number;
}

export interface Found {
  /** The slots that are left, in the order of the fleet. */
  slots: Int32Array;
  /** How many of each state search and group leave, whatever `states` says. */
  counts: number[];
  /** And in all. */
  total: number;
}

/** Beside the bits of what a slot counts as: the states that are asked for leave it. */
const LISTED = 1 << STATE_COUNT;

/**
 * Finds what a query leaves of a fleet. While both go on it looks at those alone that were touched
 * since; lists and counts that are the same stay the same objects.
 */
export class Finder {
  private readonly fleet: Fleet;
  private found: Found = { slots: new Int32Array(0), counts: [], total: 0 };
  private query: Query | null = null;
  private slotCount = 0;
  private version = -1;
  /** By slot; 0: it is not found. */
  private codes = new Uint8Array(0);

  constructor(fleet: Fleet) {
    this.fleet = fleet;
  }

  /** A query that is another object is taken as another one. */
  find(query: Query): Found {
    const { fleet, found } = this;
    const hasRoom = this.codes.length >= fleet.count;
    const hasFewer = fleet.count < this.slotCount; // it is another one, of less
    const goesOn = hasRoom && !hasFewer && query === this.query;
    if (!goesOn) this.codes = new Uint8Array(fleet.states.length);
    const touched = fleet.touchedSince(goesOn ? this.version : -1);
    const counts = goesOn ? [...found.counts] : new Array<number>(STATE_COUNT).fill(0);
    let isOther = !goesOn;
    const word = folded(query.text.trim());
    const tell = (code: number, by: number) => {
      for (let state = 0; state < STATE_COUNT; state++) {
        if (code & stateBit(state)) counts[state] = (counts[state] as number) + by;
      }
    };
    for (let at = 0; at < touched.length; at++) {
      const slot = touched[at] as number;
      const before = this.codes[slot] as number;
      const code = codeOf(fleet, slot, query, word);
      if (code === before) continue;
      this.codes[slot] = code;
      tell(before, -1);
      tell(code, 1);
      if ((code ^ before) & LISTED) isOther = true;
    }
    this.query = query;
    this.slotCount = fleet.count;
    this.version = fleet.version;
    this.found = {
      slots: isOther ? settled(listed(this.codes, fleet.count), found.slots) : found.slots,
      counts: counts.some((n, state) => n !== found.counts[state]) ? counts : found.counts,
      total: counts.reduce((sum, n, state) => (state === ALARM ? sum : sum + n), 0),
    };
    return this.found;
  }
}

function codeOf(fleet: Fleet, slot: number, { group, states }: Query, word: string): number {
  if (!fleet.alive[slot]) return 0;
  if (group !== null && fleet.numbers.g[slot] !== group) return 0;
  if (word !== '' && !(fleet.words[slot] as string).includes(word)) return 0;
  const alarm = fleet.alarms[slot] ? stateBit(ALARM) : 0;
  const code = stateBit(fleet.states[slot] as number) | alarm;
  return states === 0 || states & code ? code | LISTED : code;
}

/** Nothing of the size of a fleet is made at each tick. */
let room: Int32Array = new Int32Array(0);

/** To be read before the next call. */
function listed(codes: Uint8Array, slotCount: number): Int32Array {
  if (room.length < slotCount) room = new Int32Array(2 * slotCount);
  let length = 0;
  for (let slot = 0; slot < slotCount; slot++) {
    if ((codes[slot] as number) & LISTED) room[length++] = slot;
  }
  return room.subarray(0, length);
}

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

/** What a slot counts as, in a byte: its state in the lowest bits, and these; 0: not found. */
const STATE_BITS = 7;
const FOUND = 8;
const ALARMED = 16;
const LISTED = 32;

/**
 * Finds what a query leaves of a fleet. Of a fleet that goes on it looks at those alone that were
 * touched since; lists and counts that are the same stay the same objects.
 */
export class Finder {
  private readonly fleet: Fleet;
  private found: Found = noneFound();
  private query: Query = { text: '', group: null, states: 0 };
  private word = '';
  private generation = -1;
  private version = -1;
  private codes = new Uint8Array(0);
  /** Of codes that changed, how many became more or less; they are added to the counts later. */
  private readonly more = new Int32Array(STATE_COUNT);
  private moreTotal = 0;
  private isOtherList = false;

  constructor(fleet: Fleet) {
    this.fleet = fleet;
  }

  find(query: Query): Found {
    const { fleet } = this;
    const { text, group, states } = this.query;
    const isSame = query.text === text && query.group === group && query.states === states;
    const goesOn = isSame && fleet.generation === this.generation;
    if (!goesOn) this.begin(query);
    if (this.codes.length < fleet.count) this.makeRoom(fleet.states.length);
    const slots = fleet.touchedSince(goesOn ? this.version : -1);
    for (let at = 0; at < slots.length; at++) this.look(slots[at] as number);
    this.generation = fleet.generation;
    this.version = fleet.version;
    this.found = this.told(fleet.count);
    return this.found;
  }

  /** Nothing is found yet; `found` is kept, for what of it stays as it was. */
  private begin(query: Query): void {
    this.query = query;
    this.word = folded(query.text.trim());
    this.codes.fill(0);
    const { counts, total } = this.found;
    for (let state = 0; state < STATE_COUNT; state++) this.more[state] = -(counts[state] as number);
    this.moreTotal = -total;
    this.isOtherList = true;
  }

  private makeRoom(room: number): void {
    const before = this.codes;
    this.codes = new Uint8Array(room);
    this.codes.set(before);
  }

  private look(slot: number): void {
    const before = this.codes[slot] as number;
    const code = this.codeOf(slot);
    if (code === before) return;
    this.codes[slot] = code;
    this.count(before, -1);
    this.count(code, 1);
    if (((code ^ before) & LISTED) !== 0) this.isOtherList = true;
  }

  private count(code: number, by: 1 | -1): void {
    if (code === 0) return;
    const { more } = this;
    const state = code & STATE_BITS;
    more[state] = (more[state] as number) + by;
    if (code & ALARMED) more[ALARM] = (more[ALARM] as number) + by;
    this.moreTotal += by;
  }

  private codeOf(slot: number): number {
    const { fleet } = this;
    const { group, states } = this.query;
    if (!fleet.alive[slot]) return 0;
    if (group !== null && fleet.numbers.g[slot] !== group) return 0;
    if (this.word !== '' && !(fleet.words[slot] as string).includes(this.word)) return 0;
    const state = fleet.states[slot] as number;
    const isAlarmed = fleet.alarms[slot] !== 0;
    const bits = stateBit(state) | (isAlarmed ? stateBit(ALARM) : 0);
    const isListed = states === 0 || (states & bits) !== 0;
    return FOUND | state | (isAlarmed ? ALARMED : 0) | (isListed ? LISTED : 0);
  }

  private told(slotCount: number): Found {
    let { slots, counts, total } = this.found;
    if (this.isOtherList) slots = settled(this.listed(slotCount), slots);
    if (this.more.some((n) => n !== 0)) {
      counts = counts.map((n, state) => n + (this.more[state] as number));
    }
    total += this.moreTotal;
    this.isOtherList = false;
    this.more.fill(0);
    this.moreTotal = 0;
    return { slots, counts, total };
  }

  /** To be read before the next call. */
  private listed(slotCount: number): Int32Array {
    const { codes } = this;
    if (room.length < slotCount) room = new Int32Array(2 * slotCount);
    let length = 0;
    for (let slot = 0; slot < slotCount; slot++) {
      if ((codes[slot] as number) & LISTED) room[length++] = slot;
    }
    return room.subarray(0, length);
  }
}

/** Nothing of the size of a fleet is made at each tick. */
let room: Int32Array = new Int32Array(0);

function noneFound(): Found {
  return { slots: new Int32Array(0), counts: new Array<number>(STATE_COUNT).fill(0), total: 0 };
}

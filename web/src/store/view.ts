/**
 * Which devices a list shows, and in which order: what search, group and states leave, sorted by a
 * column. What is not known stands last, whichever way it is sorted.
 */
import type { Fleet } from './fleet.ts';
import { settled } from './held.ts';
import { sortStably } from './radix.ts';
import { ALARM, STATE_COUNT, stateBit } from './state.ts';
import { compareTexts, folded } from './words.ts';

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

/** The value that a slot is sorted by; NaN: not known. */
export type SortKey = (slot: number) => number;

const NONE = new Int32Array(0);
/** Nothing of the size of a fleet is made at each tick. */
let room: Int32Array = NONE;

/** `before` is what was found the last time: slots that are the same are the same list. */
export function find(fleet: Fleet, query: Query, before: Int32Array = NONE): Found {
  if (room.length < fleet.size) room = new Int32Array(2 * fleet.size);
  const slots = room;
  const counts = new Array<number>(STATE_COUNT).fill(0);
  const word = folded(query.text.trim());
  const groups = fleet.numbers.g;
  let total = 0;
  let length = 0;
  for (let slot = 0; slot < fleet.count; slot++) {
    if (!fleet.alive[slot]) continue;
    if (query.group !== null && groups[slot] !== query.group) continue;
    if (word !== '' && !(fleet.words[slot] as string).includes(word)) continue;
    const state = fleet.states[slot] as number;
    const isAlarmed = fleet.alarms[slot] !== 0;
    total++;
    counts[state] = (counts[state] as number) + 1;
    if (isAlarmed) counts[ALARM] = (counts[ALARM] as number) + 1;
    const bits = stateBit(state) | (isAlarmed ? stateBit(ALARM) : 0);
    if (query.states === 0 || query.states & bits) slots[length++] = slot;
  }
  return { slots: settled(slots.subarray(0, length), before), counts, total };
}

/** Sorts slots in place; equal ones by `tie`, rising. */
export function sortSlots(
  slots: Int32Array,
  key: SortKey,
  falls: boolean,
  tie: SortKey,
): Int32Array {
  sortStably(slots, tie, false);
  sortStably(slots, key, falls);
  return slots;
}

/** Whether slots stand as sortSlots() would place them, from the order of the fleet on. */
export function isSorted(slots: Int32Array, key: SortKey, falls: boolean, tie: SortKey): boolean {
  for (let at = 1; at < slots.length; at++) {
    const before = slots[at - 1] as number;
    const slot = slots[at] as number;
    const byKey = compare(key(before), key(slot), falls);
    const order = byKey !== 0 ? byKey : compare(tie(before), tie(slot), false);
    if (order > 0 || (order === 0 && before > slot)) return false;
  }
  return true;
}

/** What is not known comes last. */
function compare(a: number, b: number, falls: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return falls ? b - a : a - b;
}

/**
 * The place of each text among all: texts are compared once, and not at each sort. Where some
 * changed, it begins with the order of before, and compares hardly more than they.
 */
export class TextRanks {
  private version = -1;
  private ranks: Float64Array = new Float64Array(0);
  private order: number[] = [];

  of(fleet: Fleet, texts: readonly string[]): Float64Array {
    if (this.version !== fleet.textVersion || this.ranks.length < fleet.count) {
      this.version = fleet.textVersion;
      this.sortAgain(texts, fleet.count);
      this.ranks = ranksOf(this.order, texts);
    }
    return this.ranks;
  }

  private sortAgain(texts: readonly string[], count: number): void {
    if (this.order.length > count) this.order = [];
    for (let slot = this.order.length; slot < count; slot++) this.order.push(slot);
    this.order.sort((a, b) => compareTexts(texts[a] ?? '', texts[b] ?? ''));
  }
}

/** Equal texts share a rank; an empty one is not known. */
function ranksOf(order: readonly number[], texts: readonly string[]): Float64Array {
  const ranks = new Float64Array(order.length);
  let last = 0;
  order.forEach((slot, place) => {
    const isSame = place > 0 && texts[slot] === texts[order[place - 1] as number];
    if (!isSame) last = place;
    ranks[slot] = texts[slot] ? last : Number.NaN;
  });
  return ranks;
}

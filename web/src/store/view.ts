/**
 * In which order a list shows devices: sorted by a column. What is not known stands last, whichever
 * way it is sorted.
 */
import type { Fleet } from './fleet.ts';
import { sortStably } from './radix.ts';
import { compareTexts } from './words.ts';

/**
 * The value that a slot is sorted by; NaN: not known. Who is asked for a key twice and gives the
 * same function says by it that no value is another one.
 */
export type SortKey = (slot: number) => number;

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
  private key: SortKey = () => Number.NaN;
  private keyRanks: Float64Array | null = null;

  /** The same function for as long as the ranks are. */
  keyOf(fleet: Fleet, texts: readonly string[]): SortKey {
    const ranks = this.of(fleet, texts);
    if (ranks !== this.keyRanks) this.key = (slot) => ranks[slot] as number;
    this.keyRanks = ranks;
    return this.key;
  }

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

/**
 * Which vehicles are on the map. Of a fleet that goes on those alone are looked at that were
 * touched since the last time.
 */
import type { Fleet } from '../store/fleet.ts';
import { settled } from '../store/held.ts';
import { ALARM, OFFLINE } from '../store/state.ts';

const LONG_GONE_S = 48 * 3600;
const NONE: Int32Array = new Int32Array(0);
let room = NONE;

export interface Wanted {
  onlyAlarms: boolean;
  /** Those, too, that have been offline for two days. */
  hasLongGone: boolean;
  /** Server's time, epoch seconds. */
  now: number;
}

/** Of a slot: it is one of those that the filters leave; it is on the map. */
const FILTERED = 1;
const SHOWN = 2;

export class Shown {
  /** What is on the map; the same list for as long as it holds the same. */
  slots = NONE;
  /** By slot, of those: the state that it is drawn as, and whether it is never gathered. */
  drawn = new Uint8Array(0);
  kept = new Uint8Array(0);
  /** Rises when another slot is kept. */
  keptVersion = 0;
  private marks = new Uint8Array(0);
  private filtered = NONE;
  private wanted = '';
  private pinned: readonly number[] = [];
  private version = -1;
  private beside = NONE;

  /**
   * Of `filtered`, which must not be written later, those that have a place (`xs`) and are wanted.
   * `pinned` are never gathered, as those in alarm.
   */
  update(
    fleet: Fleet,
    filtered: Int32Array,
    xs: Float64Array,
    wanted: Wanted,
    pinned: readonly number[],
  ): void {
    const { onlyAlarms, hasLongGone, now } = wanted;
    // where those that are long gone are left out, the clock alone takes some away
    const all = `${onlyAlarms} ${hasLongGone || now}`;
    const hasRoom = this.drawn.length >= fleet.count;
    const goesOn = hasRoom && filtered === this.filtered && all === this.wanted;
    if (!hasRoom) {
      this.drawn = new Uint8Array(fleet.states.length);
      this.kept = this.drawn.slice();
      this.keptVersion++;
    }
    this.filtered = filtered;
    this.wanted = all;
    const unpinned = this.pinned;
    this.pinned = pinned;
    for (const slot of [...unpinned, ...pinned]) this.keep(fleet, slot);
    const isShown = (slot: number) => {
      const isAlarmed = fleet.alarms[slot] !== 0;
      if (Number.isNaN(xs[slot]) || (onlyAlarms && !isAlarmed)) return false;
      if (isAlarmed || hasLongGone || fleet.states[slot] !== OFFLINE) return true;
      return !(now - (fleet.numbers.t[slot] as number) > LONG_GONE_S); // nor where nobody knows
    };
    if (!goesOn || this.isOther(fleet, isShown)) this.choose(fleet, isShown);
    this.version = fleet.version;
  }

  /** These, and one more that has a place, whatever is wanted; -1: none. */
  withOne(fleet: Fleet, slot: number, xs: Float64Array): Int32Array {
    const { slots } = this;
    if (slot < 0 || Number.isNaN(xs[slot]) || slots.includes(slot)) return slots;
    this.draw(fleet, slot);
    const all = new Int32Array(slots.length + 1).fill(slot);
    all.set(slots);
    this.beside = settled(all, this.beside);
    return this.beside;
  }

  private keep(fleet: Fleet, slot: number): void {
    const isKept = fleet.alarms[slot] !== 0 || this.pinned.includes(slot) ? 1 : 0;
    if (this.kept[slot] !== isKept) this.keptVersion++;
    this.kept[slot] = isKept;
  }

  private draw(fleet: Fleet, slot: number): void {
    this.drawn[slot] = fleet.alarms[slot] ? ALARM : (fleet.states[slot] as number);
    this.keep(fleet, slot);
  }

  /** Takes in those that were touched; whether another list is on the map now. */
  private isOther(fleet: Fleet, isShown: (slot: number) => boolean): boolean {
    const touched = fleet.touchedSince(this.version);
    for (let at = 0; at < touched.length; at++) {
      const slot = touched[at] as number;
      const mark = this.marks[slot] as number;
      if (mark > 0 && isShown(slot) !== mark > FILTERED) return true;
      if (mark > FILTERED) this.draw(fleet, slot);
    }
    return false;
  }

  private choose(fleet: Fleet, isShown: (slot: number) => boolean): void {
    const { filtered } = this;
    if (room.length < filtered.length) room = new Int32Array(2 * filtered.length);
    this.marks = new Uint8Array(this.drawn.length);
    let count = 0;
    for (let at = 0; at < filtered.length; at++) {
      const slot = filtered[at] as number;
      this.marks[slot] = FILTERED;
      if (!isShown(slot)) continue;
      this.marks[slot] = SHOWN;
      this.draw(fleet, slot);
      room[count++] = slot;
    }
    this.slots = settled(room.subarray(0, count), this.slots);
  }
}

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
  slots: Int32Array = NONE;
  /** By slot, of those: the state that it is drawn as, and whether it is never gathered. */
  drawn = new Uint8Array(0);
  kept = new Uint8Array(0);
  /** Rises when another slot is kept. */
  keptVersion = 0;
  private marks = new Uint8Array(0);
  private filtered = NONE;
  private wanted: Wanted = { onlyAlarms: false, hasLongGone: false, now: 0 };
  private pinned: readonly number[] = [];
  private made = { version: -1, generation: -1 };
  private beside = { of: NONE, slot: -1, all: NONE };

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
  ): Int32Array {
    this.makeRoom(fleet.states.length);
    this.pin(fleet, pinned);
    const { onlyAlarms, hasLongGone } = this.wanted;
    const goesOn =
      filtered === this.filtered &&
      wanted.onlyAlarms === onlyAlarms &&
      wanted.hasLongGone &&
      hasLongGone && // else the clock alone takes some away
      fleet.generation === this.made.generation;
    if (filtered !== this.filtered) this.marks.fill(0);
    this.wanted = wanted;
    this.filtered = filtered;
    if (!goesOn || this.isOther(fleet, xs)) {
      this.slots = settled(this.choose(fleet, xs), this.slots);
    }
    this.made = { version: fleet.version, generation: fleet.generation };
    return this.slots;
  }

  /** These, and one more that has a place, whatever is wanted; -1: none. */
  withOne(fleet: Fleet, slot: number, xs: Float64Array): Int32Array {
    const { slots } = this;
    if (slot < 0 || (this.marks[slot] as number) & SHOWN || Number.isNaN(xs[slot])) return slots;
    this.draw(fleet, slot);
    if (this.beside.of !== slots || this.beside.slot !== slot) {
      const all = new Int32Array(slots.length + 1);
      all.set(slots);
      all[slots.length] = slot;
      this.beside = { of: slots, slot, all };
    }
    return this.beside.all;
  }

  private makeRoom(length: number): void {
    if (this.drawn.length >= length) return;
    const longer = (old: Uint8Array) => {
      const made = new Uint8Array(length);
      made.set(old);
      return made;
    };
    this.drawn = longer(this.drawn);
    this.kept = longer(this.kept);
    this.marks = longer(this.marks);
  }

  private pin(fleet: Fleet, pinned: readonly number[]): void {
    const before = this.pinned;
    this.pinned = pinned;
    for (const slot of [...before, ...pinned]) this.keep(fleet, slot);
  }

  private keep(fleet: Fleet, slot: number): void {
    const isKept = fleet.alarms[slot] !== 0 || this.pinned.includes(slot) ? 1 : 0;
    if (this.kept[slot] === isKept) return;
    this.kept[slot] = isKept;
    this.keptVersion++;
  }

  /** Takes in those that were touched; whether another list is on the map now. */
  private isOther(fleet: Fleet, xs: Float64Array): boolean {
    const slots = fleet.touchedSince(this.made.version);
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      const mark = this.marks[slot] as number;
      if (mark === 0) continue;
      if (this.isShown(fleet, slot, xs) !== (mark & SHOWN) > 0) return true;
      if (mark & SHOWN) this.draw(fleet, slot);
    }
    return false;
  }

  private choose(fleet: Fleet, xs: Float64Array): Int32Array {
    const { filtered, marks } = this;
    if (room.length < filtered.length) room = new Int32Array(2 * filtered.length);
    let count = 0;
    for (let at = 0; at < filtered.length; at++) {
      const slot = filtered[at] as number;
      const isShown = this.isShown(fleet, slot, xs);
      marks[slot] = isShown ? FILTERED | SHOWN : FILTERED;
      if (!isShown) continue;
      this.draw(fleet, slot);
      room[count++] = slot;
    }
    return room.subarray(0, count);
  }

  private isShown(fleet: Fleet, slot: number, xs: Float64Array): boolean {
    const { onlyAlarms, hasLongGone, now } = this.wanted;
    const isAlarmed = fleet.alarms[slot] !== 0;
    if (Number.isNaN(xs[slot]) || (onlyAlarms && !isAlarmed)) return false;
    if (isAlarmed || hasLongGone || fleet.states[slot] !== OFFLINE) return true;
    return !(now - (fleet.numbers.t[slot] as number) > LONG_GONE_S); // nor where it is not known
  }

  private draw(fleet: Fleet, slot: number): void {
    this.drawn[slot] = fleet.alarms[slot] ? ALARM : (fleet.states[slot] as number);
    this.keep(fleet, slot);
  }
}

/**
 * The devices of an account as the server last told them: columns in typed arrays, so that 50,000
 * of them cost some megabytes and a tick of 10,000 changes a few milliseconds.
 *
 * A device has a slot, its place in the arrays, for as long as it is there. A slot that was given
 * up is dead until the next replace(); lists leave it out by `alive`.
 */
import type { Columns, NumberColumn, TextColumn } from './columns.ts';
import { alarmBits, NUMBER_COLUMNS, numberOf, TEXT_COLUMNS } from './columns.ts';
import { FoldedTexts } from './folded.ts';
import { NEVER, stateOf } from './state.ts';

const FIRST_ROOM = 64;
/** The server numbers devices from 0 on; of larger numbers than these is a map. */
const NEAR_MAX = 2 ** 20;

function newNumbers(room: number): Record<NumberColumn, Float64Array> {
  const numbers = {} as Record<NumberColumn, Float64Array>;
  for (const name of NUMBER_COLUMNS) numbers[name] = new Float64Array(room);
  return numbers;
}

/** Cells as they come from the hub, or of a snapshot. */
function doubles(cells: ArrayLike<unknown>): Float64Array {
  if (cells instanceof Float64Array) return cells;
  const made = new Float64Array(cells.length);
  for (let row = 0; row < made.length; row++) made[row] = numberOf(cells[row]);
  return made;
}

/**
 * One column; a function of its own, which engines make fast the first time it is called. It never
 * sees other kinds of arrays, so nothing is boxed on the way.
 */
function putNumbers(into: Float64Array, slots: Int32Array, cells: Float64Array): void {
  for (let row = 0; row < slots.length; row++) {
    const slot = slots[row] as number;
    if (slot >= 0) into[slot] = cells[row] as number;
  }
}

/** The same of texts. */
function putCells(into: string[], slots: Int32Array, cells: ArrayLike<unknown>): void {
  for (let row = 0; row < slots.length; row++) {
    const slot = slots[row] as number;
    const cell = cells[row];
    if (slot >= 0) into[slot] = typeof cell === 'string' ? cell : '';
  }
}

function emptyFrom(into: string[], first: number, count: number): void {
  for (let slot = first; slot < count; slot++) into[slot] = '';
}

export class Fleet {
  /** Slots that were given out, dead ones too. */
  count = 0;
  /** Devices that are there. */
  size = 0;
  numbers = newNumbers(FIRST_ROOM);
  readonly texts: Record<TextColumn, string[]> = { id: [], plate: [], oc: [], sim: [], model: [] };
  /** The number "i" of the device in a slot. */
  index = new Float64Array(FIRST_ROOM);
  alarms = new Uint32Array(FIRST_ROOM);
  alive = new Uint8Array(FIRST_ROOM);
  /** As state.ts has them, at the time of the last refresh(). */
  states = new Uint8Array(FIRST_ROOM);
  /** The version that touched the slot last: by what was told of it, or since its state turned. */
  changed = new Uint32Array(FIRST_ROOM);
  /** Rises with every change of numbers, of texts. */
  version = 0;
  textVersion = 0;
  private touched = new Int32Array(FIRST_ROOM);
  /** What is in `touched`: how many, since which version, as of which. */
  private touchedOf = { count: 0, since: Number.NaN, version: Number.NaN };
  private room = FIRST_ROOM;
  private readonly folded = new FoldedTexts(this.texts);
  /** The version and the time of the last refresh(); and when it has to look at all again. */
  private refreshed = -1;
  private refreshedAt = Number.NEGATIVE_INFINITY;
  private turnsAt = Number.NEGATIVE_INFINITY;
  /** The slot of a device by its number, plus 1; 0: it is not there. */
  private near = new Int32Array(FIRST_ROOM);
  private far = new Map<number, number>();

  /** The slot of a device; -1: it is not there. */
  slotOf(index: number): number {
    const near = this.near[index];
    return near === undefined ? (this.far.get(index) ?? -1) : near - 1;
  }

  /** The slot of a DeviceID; -1: it is not there. */
  slotOfId(id: string): number {
    for (let slot = 0; slot < this.count; slot++) {
      if (this.alive[slot] && this.texts.id[slot] === id) return slot;
    }
    return -1;
  }

  /** What a search looks in: all texts of a device, folded. */
  get words(): readonly string[] {
    return this.folded.all(this.count);
  }

  /** Makes them while `isTime`, so that the first search need not; whether nothing is left. */
  foldWhile(isTime: () => boolean): boolean {
    return this.folded.foldWhile(this.count, isTime);
  }

  /**
   * The slots that were touched behind a version, rising, dead ones too. It is to be read before
   * the next call. Who follows the fleet asks it at each tick instead of looking at all devices.
   */
  touchedSince(since: number): Int32Array {
    const { changed, touched, touchedOf: of } = this;
    if (of.since !== since || of.version !== this.version) {
      let count = 0;
      for (let slot = 0; slot < this.count; slot++) {
        if ((changed[slot] as number) > since) touched[count++] = slot;
      }
      this.touchedOf = { count, since, version: this.version };
    }
    return touched.subarray(0, this.touchedOf.count);
  }

  /** All devices anew. */
  replace(columns: Columns): void {
    this.count = 0;
    this.size = 0;
    this.near.fill(0);
    this.far.clear();
    for (const name of TEXT_COLUMNS) this.texts[name].length = 0;
    this.folded.clear();
    this.alive.fill(0);
    this.put(columns, true);
  }

  /** What trackers reported; devices that are not there are passed over. */
  change(columns: Columns): void {
    this.put(columns, false);
  }

  /** What people set; devices that are not there are added. */
  add(columns: Columns): void {
    this.put(columns, true);
  }

  remove(indices: readonly unknown[]): void {
    this.version++;
    for (const index of indices) {
      const slot = this.slotOf(numberOf(index));
      if (slot < 0) continue;
      this.name(numberOf(index), -1);
      this.alive[slot] = 0;
      this.changed[slot] = this.version;
      this.size--;
    }
    this.textVersion++;
  }

  /**
   * Says again what each device counts as at `now`; whether any of them changed. Looked at are
   * those that change() touched since the last time, and all once the first may go offline.
   */
  refresh(now: number): boolean {
    const isTurn = now > this.turnsAt || now < this.refreshedAt;
    const since = isTurn ? -1 : this.refreshed;
    this.refreshedAt = now;
    if (since === this.version) return false;
    if (isTurn) this.turnsAt = Number.POSITIVE_INFINITY;
    const isChanged = this.refreshSince(since, now);
    if (isChanged) this.version++;
    this.refreshed = this.version;
    return isChanged;
  }

  private refreshSince(since: number, now: number): boolean {
    const { states, changed } = this;
    const { s, v, u } = this.numbers;
    const slots = this.touchedSince(since);
    let isChanged = false;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      const until = u[slot] as number;
      const state = stateOf(s[slot] as number, v[slot] as number, until, now);
      if (until >= now && until < this.turnsAt) this.turnsAt = until;
      if (state === states[slot]) continue;
      states[slot] = state;
      changed[slot] = this.version + 1; // which this makes it
      isChanged = true;
    }
    return isChanged;
  }

  private put(columns: Columns, adds: boolean): void {
    const indices = doubles(columns['i'] ?? []);
    const slots = new Int32Array(indices.length);
    const known = this.count;
    if (adds) this.makeRoom(known + slots.length);
    for (let row = 0; row < slots.length; row++) {
      slots[row] = this.slotFor(indices[row] as number, adds);
    }
    this.clearFrom(known);
    this.version++;
    for (const name of NUMBER_COLUMNS) {
      const cells = columns[name];
      if (cells) putNumbers(this.numbers[name], slots, doubles(cells));
    }
    this.putAlarms(columns['a'], slots);
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row] as number;
      if (slot >= 0) this.changed[slot] = this.version;
    }
    if (TEXT_COLUMNS.some((name) => columns[name])) this.putTexts(columns, slots);
  }

  private putAlarms(cells: ArrayLike<unknown> | undefined, slots: Int32Array): void {
    if (!cells) return;
    const bits = cells instanceof Uint32Array ? cells : Uint32Array.from(cells, alarmBits);
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row] as number;
      if (slot >= 0) this.alarms[slot] = bits[row] as number;
    }
  }

  private putTexts(columns: Columns, slots: Int32Array): void {
    for (const name of TEXT_COLUMNS) {
      const cells = columns[name];
      if (cells) putCells(this.texts[name], slots, cells);
    }
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row] as number;
      if (slot < 0) continue;
      this.folded.forget(slot);
    }
    this.textVersion++;
  }

  private slotFor(index: number, adds: boolean): number {
    const known = this.slotOf(index);
    if (known >= 0 || !adds || Number.isNaN(index)) return known;
    const slot = this.count++;
    this.name(index, slot);
    this.size++;
    this.index[slot] = index;
    this.alive[slot] = 1;
    return slot;
  }

  /** That the device of a number is in a slot; -1: in none any more. */
  private name(index: number, slot: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= NEAR_MAX) {
      if (slot < 0) this.far.delete(index);
      else this.far.set(index, slot);
      return;
    }
    if (index >= this.near.length) {
      const longer = new Int32Array(Math.min(NEAR_MAX, 2 ** Math.ceil(Math.log2(index + 1))));
      longer.set(this.near);
      this.near = longer;
    }
    this.near[index] = slot + 1;
  }

  /** Nothing is known yet of the devices in the slots from `first` on. */
  private clearFrom(first: number): void {
    const { count } = this;
    if (first === count) return;
    for (const name of NUMBER_COLUMNS) this.numbers[name].fill(Number.NaN, first, count);
    this.numbers.s.fill(NEVER, first, count);
    this.numbers.g.fill(0, first, count);
    this.numbers.f.fill(0, first, count);
    for (const name of TEXT_COLUMNS) emptyFrom(this.texts[name], first, count);
    this.alarms.fill(0, first, count);
    this.states.fill(NEVER, first, count);
  }

  private makeRoom(count: number): void {
    if (count <= this.room) return;
    this.room = 2 ** Math.ceil(Math.log2(count));
    for (const name of NUMBER_COLUMNS) this.numbers[name] = this.longer(this.numbers[name]);
    this.index = this.longer(this.index);
    this.alarms = this.longer(this.alarms);
    this.alive = this.longer(this.alive);
    this.states = this.longer(this.states);
    this.changed = this.longer(this.changed);
    this.touched = this.longer(this.touched);
  }

  private longer<T extends Float64Array | Uint32Array | Int32Array | Uint8Array>(old: T): T {
    const made = new (old.constructor as new (room: number) => T)(this.room);
    made.set(old);
    return made;
  }
}

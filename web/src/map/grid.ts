/**
 * The cells in which vehicles are counted before they are gathered: over the window, aligned to the
 * world so that they stay where they are as it moves. Those that stand where they stood are not
 * counted anew.
 */
import { STATE_COUNT } from '../store/state.ts';
import type { Window } from './window.ts';

/** Instead of a state: it is never gathered; it was not looked at yet; it is none of ours. */
const KEPT = 253;
const NEW = 254;
const OTHER = 255;

export class Grid {
  /** By slot: the cell that it is in; -1: none. */
  readonly cells: Int32Array;
  /** By cell: its vehicles, the sums of their places from `left` on, and those of each state. */
  readonly n: Int32Array;
  readonly sumX: Float64Array;
  readonly sumY: Float64Array;
  readonly states: Int32Array;
  readonly left: number;
  readonly columns: number;
  private readonly top: number;
  private readonly perUnit: number;
  private readonly rows: number;
  /** What was counted of each slot. */
  private readonly codes: Uint8Array;
  private readonly xs: Float64Array;
  private readonly ys: Float64Array;

  /** A cell is so many pixels wide; it is for `slots`, which are below `room`. */
  constructor(window: Window, cell: number, room: number, slots: Int32Array) {
    this.perUnit = window.scale / cell;
    this.left = Math.floor(window.x * this.perUnit) / this.perUnit;
    this.top = Math.floor(window.y * this.perUnit) / this.perUnit;
    this.columns = Math.ceil(Math.min(1, window.width) * this.perUnit) + 2;
    this.rows = Math.ceil(window.height * this.perUnit) + 2;
    const count = this.columns * this.rows;
    this.n = new Int32Array(count);
    this.sumX = new Float64Array(count);
    this.sumY = new Float64Array(count);
    this.states = new Int32Array(count * STATE_COUNT);
    this.cells = new Int32Array(room).fill(-1);
    this.codes = new Uint8Array(room).fill(OTHER);
    for (let at = 0; at < slots.length; at++) this.codes[slots[at] as number] = NEW;
    this.xs = new Float64Array(room);
    this.ys = new Float64Array(room);
  }

  /** Counts those of `slots` that are not where or what they were, but for others than its own. */
  putAll(
    x: Float64Array,
    y: Float64Array,
    slots: Int32Array,
    kept: Uint8Array,
    state: Uint8Array,
  ): void {
    const { codes, xs, ys } = this;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      if (codes[slot] === OTHER) continue;
      const code = kept[slot] ? KEPT : (state[slot] as number);
      if (code === codes[slot] && x[slot] === xs[slot] && y[slot] === ys[slot]) continue;
      this.take(slot);
      codes[slot] = code;
      xs[slot] = x[slot] as number;
      ys[slot] = y[slot] as number;
      this.put(slot);
    }
  }

  private take(slot: number): void {
    const cell = this.cells[slot] as number;
    if (cell >= 0) this.count(slot, cell, -1);
  }

  private put(slot: number): void {
    const cell = this.codes[slot] === KEPT ? -1 : this.cellOf(slot);
    this.cells[slot] = cell;
    if (cell >= 0) this.count(slot, cell, 1);
  }

  private count(slot: number, cell: number, by: 1 | -1): void {
    const { n, sumX, sumY, states } = this;
    const ofState = cell * STATE_COUNT + (this.codes[slot] as number);
    n[cell] = (n[cell] as number) + by;
    states[ofState] = (states[ofState] as number) + by;
    sumX[cell] = (sumX[cell] as number) + by * this.across(slot);
    sumY[cell] = (sumY[cell] as number) + by * (this.ys[slot] as number);
  }

  /** From the left, the way around the world that leads to the right. */
  private across(slot: number): number {
    const dx = (this.xs[slot] as number) - this.left;
    return dx - Math.floor(dx);
  }

  private cellOf(slot: number): number {
    const column = Math.floor(this.across(slot) * this.perUnit);
    const row = Math.floor(((this.ys[slot] as number) - this.top) * this.perUnit);
    const isIn = column < this.columns && row >= 0 && row < this.rows; // not where it is NaN
    return isIn ? row * this.columns + column : -1;
  }
}

/**
 * Vehicles that stand too close to be told apart, gathered: by the cells of a grid, and then those
 * of neighbouring cells that would cover each other. Typed arrays throughout: of 50,000 vehicles it
 * takes some milliseconds.
 */
import { STATE_COUNT } from '../store/state.ts';
import type { Window } from './window.ts';

export interface Manner {
  /** Of a cell, pixels. */
  cell: number;
  /** Fewer vehicles than these stay what they are. */
  least: number;
}

/** Pixels; by the logarithm of the number. */
export function radiusOf(n: number): number {
  return 13 + 4 * Math.log10(n);
}

export class Clusters {
  count = 0;
  /** The middle of each, in Mercator. */
  x = new Float64Array(0);
  y = new Float64Array(0);
  /** Vehicles, and those of each state. */
  sizes = new Int32Array(0);
  states = new Int32Array(0);
  /** By slot: the cluster that it is in; -1: it stands for itself. */
  of = new Int32Array(0);
  private left = 0;

  /** Nothing is gathered. */
  clear(room: number): void {
    this.count = 0;
    if (this.of.length < room) this.of = new Int32Array(room);
    this.of.fill(-1);
  }

  /**
   * Gathers `slots` but for those that are `kept`, where they lie in the window. `state` is what a
   * slot counts as.
   */
  gather(
    x: Float64Array,
    y: Float64Array,
    slots: Int32Array,
    kept: Uint8Array,
    state: Uint8Array,
    window: Window,
    manner: Manner,
  ): void {
    this.clear(x.length);
    const grid = new Grid(window, manner.cell);
    grid.putAll(x, y, slots, kept, state, this.of);
    const roots = grid.join(window.scale);
    this.count = grid.number(roots, manner.least);
    this.left = grid.left;
    this.take(grid, roots);
    this.tell(slots, grid.names);
  }

  private take({ names, n, sumX, sumY, states, left }: Grid, roots: Int32Array): void {
    const { count } = this;
    this.x = new Float64Array(count);
    this.y = new Float64Array(count);
    this.sizes = new Int32Array(count);
    this.states = new Int32Array(count * STATE_COUNT);
    for (let cell = 0; cell < names.length; cell++) {
      const cluster = names[cell] as number;
      if (cluster < 0) continue;
      for (let state = 0; state < STATE_COUNT; state++) {
        const at = cluster * STATE_COUNT + state;
        this.states[at] =
          (this.states[at] as number) + (states[cell * STATE_COUNT + state] as number);
      }
      if (roots[cell] !== cell) continue;
      this.sizes[cluster] = n[cell] as number;
      this.x[cluster] = left + (sumX[cell] as number) / (n[cell] as number);
      this.y[cluster] = (sumY[cell] as number) / (n[cell] as number);
    }
  }

  /** Of each slot, instead of its cell, the cluster of that. */
  private tell(slots: Int32Array, names: Int32Array): void {
    const { of } = this;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      const cell = of[slot] as number;
      if (cell >= 0) of[slot] = names[cell] as number;
    }
  }

  /** West, north, east, south of a cluster's vehicles, of which `x` and `y` are the places. */
  boxOf(cluster: number, x: Float64Array, y: Float64Array): [number, number, number, number] {
    const box: [number, number, number, number] = [2, 2, -2, -2];
    for (let slot = 0; slot < this.of.length; slot++) {
      if (this.of[slot] !== cluster) continue;
      const dx = (x[slot] as number) - this.left;
      const atX = this.left + dx - Math.floor(dx);
      const atY = y[slot] as number;
      box[0] = Math.min(box[0], atX);
      box[1] = Math.min(box[1], atY);
      box[2] = Math.max(box[2], atX);
      box[3] = Math.max(box[3], atY);
    }
    return box;
  }
}

/** Cells over the window, aligned to the world so that they stay where they are as it moves. */
class Grid {
  /** By cell: the cluster that it is in; -1: none. */
  readonly names: Int32Array;
  /** By cell: its vehicles and the sums of their places; the first of joined cells has all. */
  readonly n: Int32Array;
  readonly sumX: Float64Array;
  readonly sumY: Float64Array;
  /** By cell: its own vehicles of each state. */
  readonly states: Int32Array;
  readonly left: number;
  private readonly top: number;
  private readonly perUnit: number;
  private readonly columns: number;
  private readonly rows: number;

  constructor(window: Window, cell: number) {
    this.perUnit = window.scale / cell;
    this.left = Math.floor(window.x * this.perUnit) / this.perUnit;
    this.top = Math.floor(window.y * this.perUnit) / this.perUnit;
    this.columns = Math.ceil(Math.min(1, window.width) * this.perUnit) + 2;
    this.rows = Math.ceil(window.height * this.perUnit) + 2;
    const room = this.columns * this.rows;
    this.n = new Int32Array(room);
    this.sumX = new Float64Array(room);
    this.sumY = new Float64Array(room);
    this.names = new Int32Array(room);
    this.states = new Int32Array(room * STATE_COUNT);
  }

  /** Says of each slot that is not kept the cell of its place; -1: it is outside. */
  putAll(
    x: Float64Array,
    y: Float64Array,
    slots: Int32Array,
    kept: Uint8Array,
    state: Uint8Array,
    cells: Int32Array,
  ): void {
    const { left, top, perUnit, columns, rows, n, sumX, sumY, states } = this;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      if (kept[slot]) continue;
      let dx = (x[slot] as number) - left;
      dx -= Math.floor(dx);
      const column = Math.floor(dx * perUnit);
      const row = Math.floor(((y[slot] as number) - top) * perUnit);
      if (!(column < columns && row >= 0 && row < rows)) continue; // nor where it is NaN
      const cell = row * columns + column;
      n[cell] = (n[cell] as number) + 1;
      sumX[cell] = (sumX[cell] as number) + dx;
      sumY[cell] = (sumY[cell] as number) + (y[slot] as number);
      const ofState = cell * STATE_COUNT + (state[slot] as number);
      states[ofState] = (states[ofState] as number) + 1;
      cells[slot] = cell;
    }
  }

  /** By cell: the first of those that it is one with. */
  join(scale: number): Int32Array {
    const { n, columns } = this;
    const roots = new Int32Array(n.length);
    for (let cell = 0; cell < roots.length; cell++) roots[cell] = cell;
    for (let cell = 0; cell < n.length; cell++) {
      if (n[cell] === 0) continue;
      if (n[cell + 1]) this.joinTwo(roots, cell, cell + 1, scale);
      if (n[cell + columns - 1]) this.joinTwo(roots, cell, cell + columns - 1, scale);
      if (n[cell + columns]) this.joinTwo(roots, cell, cell + columns, scale);
      if (n[cell + columns + 1]) this.joinTwo(roots, cell, cell + columns + 1, scale);
    }
    for (let cell = 0; cell < roots.length; cell++) {
      if (roots[cell] !== cell) roots[cell] = rootOf(roots, cell);
    }
    return roots;
  }

  private joinTwo(roots: Int32Array, a: number, b: number, scale: number): void {
    const { n, sumX, sumY } = this;
    const first = rootOf(roots, a);
    const second = rootOf(roots, b);
    if (first === second) return;
    const ofFirst = n[first] as number;
    const ofSecond = n[second] as number;
    const dx = (sumX[first] as number) / ofFirst - (sumX[second] as number) / ofSecond;
    const dy = (sumY[first] as number) / ofFirst - (sumY[second] as number) / ofSecond;
    const apart = ((radiusOf(ofFirst) + radiusOf(ofSecond)) * 0.8) / scale;
    if (dx * dx + dy * dy >= apart * apart) return;
    roots[second] = first;
    n[first] = ofFirst + ofSecond;
    sumX[first] = (sumX[first] as number) + (sumX[second] as number);
    sumY[first] = (sumY[first] as number) + (sumY[second] as number);
  }

  /** Numbers those that hold enough; how many. */
  number(roots: Int32Array, least: number): number {
    const { n, names } = this;
    let count = 0;
    names.fill(-1);
    for (let cell = 0; cell < roots.length; cell++) {
      if (roots[cell] === cell && (n[cell] as number) >= least) names[cell] = count++;
    }
    for (let cell = 0; cell < roots.length; cell++) {
      if ((n[cell] as number) > 0) names[cell] = names[roots[cell] as number] as number;
    }
    return count;
  }
}

/** Each step of the way is shortened: the next who goes it has half of it. */
function rootOf(roots: Int32Array, cell: number): number {
  let root = cell;
  while (roots[root] !== root) {
    const next = roots[roots[root] as number] as number;
    roots[root] = next;
    root = next;
  }
  return root;
}

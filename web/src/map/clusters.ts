/**
 * Vehicles that stand too close to be told apart, gathered: by the cells of a grid, and then those
 * of neighbouring cells that would cover each other. Typed arrays throughout: of 50,000 vehicles it
 * takes some milliseconds.
 */
import { STATE_COUNT } from '../store/state.ts';

/** The part of the world that is looked at, in Mercator; `scale` is pixels of the whole world. */
export interface Window {
  x: number;
  y: number;
  width: number;
  height: number;
  scale: number;
}

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
  /** The middle of each, and its corners, in Mercator. */
  x = new Float64Array(0);
  y = new Float64Array(0);
  private boxes = new Float64Array(0);
  /** Vehicles, and those of each state. */
  sizes = new Int32Array(0);
  states = new Int32Array(0);
  /** By slot: the cluster that it is in; -1: it stands for itself. */
  of = new Int32Array(0);

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
    grid.putAll(x, y, slots, kept, this.of);
    const roots = grid.join(window.scale);
    this.count = grid.number(roots, manner.least);
    this.take(grid, x, y, slots, state, roots, window);
  }

  private take(
    grid: Grid,
    x: Float64Array,
    y: Float64Array,
    slots: Int32Array,
    state: Uint8Array,
    roots: Int32Array,
    window: Window,
  ): void {
    const { count, of } = this;
    const xs = new Float64Array(count);
    const ys = new Float64Array(count);
    const sizes = new Int32Array(count);
    const states = new Int32Array(count * STATE_COUNT);
    const boxes = new Float64Array(count * 4).fill(-2);
    const { names } = grid;
    const left = window.x;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      const cell = of[slot] as number;
      if (cell < 0) continue;
      const cluster = names[roots[cell] as number] as number;
      of[slot] = cluster;
      if (cluster < 0) continue;
      const dx = (x[slot] as number) - left;
      const atX = left + dx - Math.floor(dx);
      const atY = y[slot] as number;
      const b = cluster * 4;
      states[cluster * STATE_COUNT + (state[slot] as number)] =
        (states[cluster * STATE_COUNT + (state[slot] as number)] as number) + 1;
      xs[cluster] = (xs[cluster] as number) + atX;
      ys[cluster] = (ys[cluster] as number) + atY;
      const size = sizes[cluster] as number;
      sizes[cluster] = size + 1;
      if (size === 0) {
        boxes[b] = atX;
        boxes[b + 1] = atY;
        boxes[b + 2] = atX;
        boxes[b + 3] = atY;
        continue;
      }
      if (atX < (boxes[b] as number)) boxes[b] = atX;
      if (atY < (boxes[b + 1] as number)) boxes[b + 1] = atY;
      if (atX > (boxes[b + 2] as number)) boxes[b + 2] = atX;
      if (atY > (boxes[b + 3] as number)) boxes[b + 3] = atY;
    }
    for (let cluster = 0; cluster < count; cluster++) {
      xs[cluster] = (xs[cluster] as number) / (sizes[cluster] as number);
      ys[cluster] = (ys[cluster] as number) / (sizes[cluster] as number);
    }
    this.x = xs;
    this.y = ys;
    this.sizes = sizes;
    this.states = states;
    this.boxes = boxes;
  }

  /** West, north, east, south of a cluster, in Mercator. */
  boxOf(cluster: number): [number, number, number, number] {
    const [west = 0, north = 0, east = 0, south = 0] = this.boxes.subarray(cluster * 4);
    return [west, north, east, south];
  }
}

/** Cells over the window, aligned to the world so that they stay where they are as it moves. */
class Grid {
  /** By cell: the cluster it became; -1: none. */
  names: Int32Array;
  private readonly left: number;
  private readonly top: number;
  private readonly perUnit: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly n: Int32Array;
  private readonly sumX: Float64Array;
  private readonly sumY: Float64Array;

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
  }

  /** Says of each slot that is not kept the cell of its place; -1: it is outside. */
  putAll(
    x: Float64Array,
    y: Float64Array,
    slots: Int32Array,
    kept: Uint8Array,
    cells: Int32Array,
  ): void {
    const { left, top, perUnit, columns, rows, n, sumX, sumY } = this;
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
    let count = 0;
    for (let cell = 0; cell < roots.length; cell++) {
      const isOne = roots[cell] === cell && (this.n[cell] as number) >= least;
      this.names[cell] = isOne ? count++ : -1;
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

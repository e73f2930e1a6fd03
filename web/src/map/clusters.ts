/**
 * Vehicles that stand too close to be told apart, gathered: by the cells of a grid, and then those
 * of neighbouring cells that would cover each other. Typed arrays throughout: of 50,000 vehicles it
 * takes some milliseconds, and less where most of them stand still.
 */
import { same } from '../store/held.ts';
import { STATE_COUNT } from '../store/state.ts';
import { giveWay } from './giving_way.ts';
import { Grid } from './grid.ts';
import { radiusOf } from './radius.ts';
import type { Window } from './window.ts';

export interface Manner {
  /** Of a cell, pixels. */
  cell: number;
  /** Fewer vehicles than these stay what they are. */
  least: number;
}

/**
 * Which vehicles are in a cluster: by slot its cell, by cell the cluster of that; -1: none.
 * `version` rises with each change of them.
 */
export interface Members {
  cells: Int32Array;
  names: Int32Array;
  version: number;
}

export class Clusters implements Members {
  count = 0;
  /** The middle of each, in Mercator. */
  x = new Float64Array(0);
  y = new Float64Array(0);
  /** Vehicles, and those of each state. */
  sizes = new Int32Array(0);
  states = new Int32Array(0);
  cells: Int32Array = new Int32Array(0);
  names: Int32Array = new Int32Array(0);
  version = 0;
  private left = 0;
  private grid: Grid | null = null;
  private gridOf: { key: string; slots: Int32Array } = { key: '', slots: new Int32Array(0) };

  /** The cluster of a slot; -1: it stands for itself. */
  of(slot: number): number {
    const cell = this.cells[slot] ?? -1;
    return cell < 0 ? -1 : (this.names[cell] as number);
  }

  /** Nothing is gathered. */
  clear(room: number): void {
    this.version++;
    this.count = 0;
    this.grid = null;
    this.cells = new Int32Array(room).fill(-1);
  }

  /** All are to be counted anew the next time. */
  forget(): void {
    this.grid = null;
  }

  /**
   * Gathers `slots` but for those that are `kept`, where they lie in the window. `state` is what a
   * slot counts as. The array of slots must not be written later. `touched`: only these of them
   * can be another thing or elsewhere than the last time; null: any.
   */
  gather(
    x: Float64Array,
    y: Float64Array,
    slots: Int32Array,
    kept: Uint8Array,
    state: Uint8Array,
    window: Window,
    manner: Manner,
    touched: Int32Array | null = null,
  ): void {
    const before = this.grid;
    const grid = this.gridFor(slots, window, manner, x.length);
    grid.putAll(x, y, grid === before ? (touched ?? slots) : slots, kept, state);
    this.version++;
    const cells = new Joined(grid, window.scale);
    this.names = new Int32Array(cells.n.length).fill(-1);
    this.count = cells.number(this.names, manner.least);
    this.cells = grid.cells;
    this.left = grid.left;
    this.take(grid, cells);
    giveWay(this, x, y, slots, kept, window.scale);
  }

  /** The one of before, where the same slots are to be in the same cells. */
  private gridFor(slots: Int32Array, window: Window, manner: Manner, room: number): Grid {
    const { x, y, width, height, scale } = window;
    const key = [x, y, width, height, scale, manner.cell, room].join(' ');
    const isSame = key === this.gridOf.key && same(slots, this.gridOf.slots);
    if (this.grid === null || !isSame) this.grid = new Grid(window, manner.cell, room, slots);
    this.gridOf = { key, slots };
    return this.grid;
  }

  private take(grid: Grid, { roots, n, sumX, sumY }: Joined): void {
    const { count, names } = this;
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
          (this.states[at] as number) + (grid.states[cell * STATE_COUNT + state] as number);
      }
      if (roots[cell] !== cell) continue;
      this.sizes[cluster] = n[cell] as number;
      this.x[cluster] = grid.left + (sumX[cell] as number) / (n[cell] as number);
      this.y[cluster] = (sumY[cell] as number) / (n[cell] as number);
    }
  }

  /** West, north, east, south of a cluster's vehicles, of which `x` and `y` are the places. */
  boxOf(cluster: number, x: Float64Array, y: Float64Array): [number, number, number, number] {
    const box: [number, number, number, number] = [2, 2, -2, -2];
    for (let slot = 0; slot < this.cells.length; slot++) {
      if (this.of(slot) !== cluster) continue;
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

/** The cells of a grid, of which those are one whose discs would cover each other. */
class Joined {
  /** By cell: the first of those that it is one with, which has all that is in them. */
  readonly roots: Int32Array;
  readonly n: Int32Array;
  readonly sumX: Float64Array;
  readonly sumY: Float64Array;

  constructor({ n, sumX, sumY, columns }: Grid, scale: number) {
    this.n = n.slice();
    this.sumX = sumX.slice();
    this.sumY = sumY.slice();
    this.roots = new Int32Array(n.length);
    for (let cell = 0; cell < n.length; cell++) this.roots[cell] = cell;
    const beside = [1, columns - 1, columns, columns + 1];
    for (let cell = 0; cell < n.length; cell++) {
      if (n[cell] === 0) continue;
      for (let way = 0; way < beside.length; way++) {
        const other = cell + (beside[way] as number);
        if (n[other]) this.join(cell, other, scale);
      }
    }
    for (let cell = 0; cell < n.length; cell++) {
      if (this.roots[cell] !== cell) this.roots[cell] = rootOf(this.roots, cell);
    }
  }

  private join(a: number, b: number, scale: number): void {
    const { roots, n, sumX, sumY } = this;
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

  /** Numbers those that hold enough, by cell; how many. */
  number(names: Int32Array, least: number): number {
    const { roots, n } = this;
    let count = 0;
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

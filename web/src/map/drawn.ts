/**
 * What the vehicle layer drew last. Of a fleet seen from afar most ticks move nothing by as much as
 * an eye could see, and a frame of the map costs more than all else that a tick does.
 */
import { STATE_COUNT } from '../store/state.ts';
import { type Instances, QUAD_FLOATS } from './instances.ts';

/** Of a pixel: less is not seen. */
const SEEN = 0.25;
/** Quads; with more of them there is always one that moved. */
const MOST = 4000;

/** What is drawn of clusters (clusters.ts), whose arrays are made anew and never written again. */
export interface Discs {
  count: number;
  x: Float64Array;
  y: Float64Array;
  sizes: Int32Array;
  states: Int32Array;
}

const NONE: Discs = {
  count: 0,
  x: new Float64Array(),
  y: new Float64Array(),
  sizes: new Int32Array(),
  states: new Int32Array(),
};

export class Drawn {
  private quads = new Float32Array(0);
  private count = -1;
  private discs = NONE;
  private fade = 1;

  /** This is drawn now. */
  take(instances: Instances, discs: Discs | null, fade: number): void {
    const { count, data } = instances;
    this.count = count > MOST ? -1 : count;
    if (this.count > 0) this.quads = data.slice(0, count * QUAD_FLOATS);
    const { x, y, sizes, states } = discs ?? NONE;
    this.discs = { count: discs?.count ?? 0, x, y, sizes, states };
    this.fade = fade;
  }

  /** Whether this would look as what is drawn; `scale` is pixels of the whole world. */
  isLike(instances: Instances, discs: Discs | null, fade: number, scale: number): boolean {
    const least = SEEN / scale;
    return (
      fade === this.fade &&
      instances.count === this.count &&
      areLikeQuads(this.quads, instances.data, this.count, least) &&
      areLikeDiscs(this.discs, discs ?? NONE, least)
    );
  }
}

/** By where each is going to, whither it looks, its icon and how it fades. */
function areLikeQuads(a: Float32Array, b: Float32Array, count: number, least: number): boolean {
  for (let o = 0; o < count * QUAD_FLOATS; o += QUAD_FLOATS) {
    if (isApart(a, b, o + 4, least) || isApart(a, b, o + 5, least)) return false;
    for (let n = 9; n < QUAD_FLOATS; n++) if (a[o + n] !== b[o + n]) return false;
  }
  return true;
}

/** A number of Mercator in its high part, with its low part two floats behind. */
function isApart(a: Float32Array, b: Float32Array, at: number, least: number): boolean {
  const high = (a[at] as number) - (b[at] as number);
  const low = (a[at + 2] as number) - (b[at + 2] as number);
  return Math.abs(high + low) >= least;
}

function areLikeDiscs(a: Discs, b: Discs, least: number): boolean {
  if (a.count !== b.count) return false;
  for (let n = 0; n < a.count; n++) {
    if (a.sizes[n] !== b.sizes[n]) return false;
    if (Math.abs((a.x[n] as number) - (b.x[n] as number)) >= least) return false;
    if (Math.abs((a.y[n] as number) - (b.y[n] as number)) >= least) return false;
  }
  for (let n = 0; n < a.count * STATE_COUNT; n++) if (a.states[n] !== b.states[n]) return false;
  return true;
}

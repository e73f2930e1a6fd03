/**
 * Moves the discs of clusters aside, where a vehicle that stands for itself would lie on the
 * number: an alarm hides nothing of what is around it. A disc moves by no more than its own size.
 */
import { radiusOf } from './radius.ts';

/** Pixels between the rim of a disc and the middle of a marker that touches it. */
const BESIDE = 6;
/** What gives way to one may come upon another. */
const TURNS = 2;

interface Discs {
  count: number;
  x: Float64Array;
  y: Float64Array;
  sizes: Int32Array;
}

/** `x` and `y` are the places of slots, `scale` is pixels of the whole world. */
export function giveWay(
  discs: Discs,
  x: Float64Array,
  y: Float64Array,
  slots: Int32Array,
  kept: Uint8Array,
  scale: number,
): void {
  if (discs.count === 0) return;
  const standing: number[] = [];
  for (let at = 0; at < slots.length; at++) {
    if (kept[slots[at] as number]) standing.push(slots[at] as number);
  }
  for (let turn = 0; turn < TURNS; turn++) {
    for (const slot of standing) giveWayTo(discs, x[slot] as number, y[slot] as number, scale);
  }
}

function giveWayTo(discs: Discs, x: number, y: number, scale: number): void {
  for (let disc = 0; disc < discs.count; disc++) {
    const across = (discs.x[disc] as number) - x;
    const dx = (across - Math.round(across)) * scale; // the nearer way around the world
    const dy = ((discs.y[disc] as number) - y) * scale;
    const wanted = radiusOf(discs.sizes[disc] as number) + BESIDE;
    const apart = Math.hypot(dx, dy);
    if (!(apart < wanted)) continue;
    const byX = apart > 0 ? dx / apart : 0;
    const byY = apart > 0 ? dy / apart : -1; // up: below a marker is its name
    discs.x[disc] = (discs.x[disc] as number) + ((wanted - apart) * byX) / scale;
    discs.y[disc] = (discs.y[disc] as number) + ((wanted - apart) * byY) / scale;
  }
}

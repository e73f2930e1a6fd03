/** What lies at a point of the map: the vehicles there, and clusters. Simply all are looked at. */
import type { Window } from './window.ts';

/** Pixels from the left and the top of the window; the copy of the world that is in it. */
export function pixelOf(window: Window, x: number, y: number): [number, number] {
  const dx = x - window.x;
  return [(dx - Math.floor(dx)) * window.scale, (y - window.y) * window.scale];
}

/** The slots of `order` within `radius` pixels of a point, the nearest first. */
export function hitsAt(
  order: Int32Array,
  xs: Float64Array,
  ys: Float64Array,
  window: Window,
  [px, py]: readonly [number, number],
  radius: number,
): number[] {
  const found: [number, number][] = [];
  for (let at = order.length - 1; at >= 0; at--) {
    const slot = order[at] as number;
    const [x, y] = pixelOf(window, xs[slot] as number, ys[slot] as number);
    const off = Math.hypot(x - px, y - py);
    if (off <= radius) found.push([slot, off]);
  }
  return found.sort((a, b) => a[1] - b[1]).map(([slot]) => slot);
}

/** The first of `count` discs that holds the point; -1: none does. */
export function discAt(
  count: number,
  xs: Float64Array,
  ys: Float64Array,
  radius: (disc: number) => number,
  window: Window,
  [px, py]: readonly [number, number],
): number {
  for (let disc = count - 1; disc >= 0; disc--) {
    const [x, y] = pixelOf(window, xs[disc] as number, ys[disc] as number);
    if (Math.hypot(x - px, y - py) <= radius(disc)) return disc;
  }
  return -1;
}

/** Which vehicles get their name beside them: those in sight, the important ones first. */

import type { Window } from './window.ts';

export const LABELS_MAX = 150;
export const LABELS_FROM_ZOOM = 11;

export interface Labelled {
  slot: number;
  /** 0 is placed first. */
  rank: number;
}

/**
 * Of `order` (the most urgent last) those in the window, at most LABELS_MAX; `rankOf` says how
 * important each is, the least number first. Where names are not shown at all only ranks below
 * `always` are left.
 */
export function chooseLabels(
  order: Int32Array,
  xs: Float64Array,
  ys: Float64Array,
  window: Window,
  rankOf: (slot: number) => number,
  always: number,
  showsAll: boolean,
): Labelled[] {
  const found: Labelled[] = [];
  for (let at = order.length - 1; at >= 0; at--) {
    const slot = order[at] as number;
    const dx = (xs[slot] as number) - window.x;
    const dy = (ys[slot] as number) - window.y;
    if (!(dx - Math.floor(dx) < window.width && dy >= 0 && dy < window.height)) continue;
    const rank = rankOf(slot);
    if (showsAll || rank < always) found.push({ slot, rank });
  }
  found.sort((a, b) => a.rank - b.rank);
  return found.slice(0, LABELS_MAX);
}

/** Which vehicles get their name beside them: those in sight, the important ones first. */

import { radiusOf } from './radius.ts';
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

/** Pixels, of a name of TEXT_PX. */
export const TEXT_PX = 12;
/** Between the middle of a marker and its name, ems. */
export const OFFSET_EM = 1.1;
const LETTER_PX = 7.4;
const LINE_PX = 14.4;
/** Letters from here on are as wide as they are high: those of Chinese, and what is beside them. */
const WIDE_FROM = 0x2e80;

/** The number on a disc is to be read, and some of what is around it. */
const DISC_GAP_PX = 1;

interface Discs {
  count: number;
  x: Float64Array;
  y: Float64Array;
  sizes: Int32Array;
}

function widthOf(line: string): number {
  let width = 0;
  for (const letter of line) {
    width += (letter.codePointAt(0) as number) >= WIDE_FROM ? TEXT_PX : LETTER_PX;
  }
  return width;
}

/**
 * On which side of its marker a name lies on no disc of a cluster, so that the number there can be
 * read; null: on neither. `scale` is pixels of the whole world.
 */
export function sideClearOf(
  discs: Discs,
  x: number,
  y: number,
  name: string,
  scale: number,
): 'below' | 'above' | null {
  const lines = name.split('\n');
  const half = Math.max(...lines.map(widthOf)) / 2;
  const from = OFFSET_EM * TEXT_PX;
  const to = from + lines.length * LINE_PX;
  const taken = { below: false, above: false };
  for (let disc = 0; disc < discs.count; disc++) {
    const across = (discs.x[disc] as number) - x;
    const dx = Math.abs(across - Math.round(across)) * scale; // the nearer way around the world
    const dy = ((discs.y[disc] as number) - y) * scale;
    const radius = radiusOf(discs.sizes[disc] as number) + DISC_GAP_PX;
    const beside = Math.max(0, dx - half);
    const lies = (way: number) => Math.hypot(beside, Math.max(0, from - way, way - to)) < radius;
    taken.below ||= lies(dy);
    taken.above ||= lies(-dy);
  }
  if (!taken.below) return 'below';
  return taken.above ? null : 'above';
}

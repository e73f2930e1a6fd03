/** The numbers of the discs that clusters are drawn as: place, size, the number on it, its ring. */
import { ALARM, IDLE, MOVING, OFFLINE, PARKED, STATE_COUNT } from '../store/state.ts';
import type { Clusters } from './clusters.ts';
import { radiusOf } from './radius.ts';
import { GLYPH_BLANK, GLYPHS, GLYPHS_MAX } from './shaders.ts';

export const CLUSTER_FLOATS = 12;
/** In the order of the ring, from the top to the right. */
export const RING_STATES = [MOVING, IDLE, PARKED, OFFLINE, ALARM] as const;

/** 987, 4321, 12.4k, 124k: what fits into a disc. */
export function shortNumber(n: number): string {
  if (n < 10_000) return String(n);
  return n < 99_950 ? `${(n / 1000).toFixed(1)}k` : `${Math.round(n / 1000)}k`;
}

/** A text as a number, four bits a character. */
export function packGlyphs(text: string): number {
  let packed = 0;
  for (let at = 0; at < GLYPHS_MAX; at++) {
    const code = at < text.length ? GLYPHS.indexOf(text[at] as string) : GLYPH_BLANK;
    packed |= code << (4 * at);
  }
  return packed;
}

export function clusterQuads(clusters: Clusters): Float32Array {
  const data = new Float32Array(clusters.count * CLUSTER_FLOATS);
  for (let cluster = 0; cluster < clusters.count; cluster++) {
    const n = clusters.sizes[cluster] as number;
    const x = clusters.x[cluster] as number;
    const y = clusters.y[cluster] as number;
    const text = shortNumber(n);
    const o = cluster * CLUSTER_FLOATS;
    data[o] = x;
    data[o + 1] = y;
    data[o + 2] = x - Math.fround(x);
    data[o + 3] = y - Math.fround(y);
    data[o + 4] = radiusOf(n);
    data[o + 5] = packGlyphs(text);
    data[o + 6] = text.length;
    let sum = 0;
    for (let share = 0; share < 4; share++) {
      const state = RING_STATES[share] as number;
      sum += clusters.states[cluster * STATE_COUNT + state] as number;
      data[o + 8 + share] = sum / n;
    }
  }
  return data;
}

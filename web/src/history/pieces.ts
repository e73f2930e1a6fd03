/** A track as the pieces that a map draws: runs of one speed step, gaps, places without GPS. */
import { GAP_S, isCoarse, latOf, lonOf, type Track } from './track.ts';

/** Tenths of km/h from which the second, third and fourth step are. */
const STEPS = [400, 700, 900] as const;
export const STEPS_KMH = STEPS.map((each) => each / 10);

/** 0 to 3; what is not known counts as slow. */
export function speedStep(tenthsKmh: number): number {
  let step = 0;
  while (step < STEPS.length && tenthsKmh >= (STEPS[step] as number)) step++;
  return step;
}

export interface Piece {
  kind: 'run' | 'gap';
  step: number;
  isOver: boolean;
  /** Numbers of its first and last fix. */
  from: number;
  to: number;
}

/** A step between two fixes belongs to the later one. */
function pieceOf(track: Track, i: number, limitKmh: number): Piece {
  const v = track.columns.v[i] as number;
  const tookS = (track.columns.t[i] as number) - (track.columns.t[i - 1] as number);
  const isGap = tookS > GAP_S || isCoarse(track, i) || isCoarse(track, i - 1);
  return {
    kind: isGap ? 'gap' : 'run',
    step: isGap ? 0 : speedStep(v),
    isOver: !isGap && v > limitKmh * 10,
    from: i - 1,
    to: i,
  };
}

/** The pieces in order; each begins where the one before ends. NaN: there is no limit. */
export function piecesOf(track: Track, limitKmh = Number.NaN): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 1; i < track.count; i++) {
    const next = pieceOf(track, i, limitKmh);
    const last = pieces.at(-1);
    const goesOn =
      last?.kind === next.kind && last.step === next.step && last.isOver === next.isOver;
    if (goesOn) last.to = i;
    else pieces.push(next);
  }
  return pieces;
}

/** The numbers of the fixes that GPS did not tell. */
export function coarseOf(track: Track): number[] {
  const found: number[] = [];
  for (let i = 0; i < track.count; i++) if (isCoarse(track, i)) found.push(i);
  return found;
}

export type Box = [west: number, south: number, east: number, north: number];

/** Around all fixes of a time; null: there is none. */
export function boxOf(tracks: readonly Track[], fromS: number, toS: number): Box | null {
  const box: Box = [180, 90, -180, -90];
  for (const track of tracks) {
    for (let i = 0; i < track.count; i++) {
      const t = track.columns.t[i] as number;
      if (t < fromS || t > toS || Number.isNaN(track.columns.x[i])) continue;
      box[0] = Math.min(box[0], lonOf(track, i));
      box[1] = Math.min(box[1], latOf(track, i));
      box[2] = Math.max(box[2], lonOf(track, i));
      box[3] = Math.max(box[3], latOf(track, i));
    }
  }
  return box[0] > box[2] ? null : box;
}

/** The fix of a track nearest to a place of the map; `scale` is pixels a degree of longitude. */
export interface Near {
  track: Track;
  index: number;
  pixels: number;
}

export function nearestFix(
  tracks: readonly Track[],
  project: (lon: number, lat: number) => { x: number; y: number },
  at: { x: number; y: number },
): Near | null {
  let best: Near | null = null;
  for (const track of tracks) {
    for (let i = 0; i < track.count; i++) {
      if (Number.isNaN(track.columns.x[i])) continue;
      const { x, y } = project(lonOf(track, i), latOf(track, i));
      const pixels = Math.hypot(x - at.x, y - at.y);
      if (best === null || pixels < best.pixels) best = { track, index: i, pixels };
    }
  }
  return best;
}

/** The fixes of one vehicle as columns, by time. NaN is what is not known. */
import type { Row } from '../app/api.ts';

/** What the page asks GetTrack for. */
export const TRACK_COLUMNS = [
  't',
  'x',
  'y',
  'v',
  'd',
  's',
  'f',
  'odo',
  'volt',
  'fuel',
  'temp',
  'alt',
] as const;
export type TrackColumn = (typeof TRACK_COLUMNS)[number];

/** A longer stretch without fixes is drawn as a gap, and the vehicle does not move in it. */
export const GAP_S = 300;
/** Bits of column f, as the live stream has them. */
const COARSE = 1;
const IGNITION = 2;
/** Values of column s. */
export const PARKED_NOW = 1;
export const IDLE_NOW = 2;
export const MOVING_NOW = 3;

export interface Track {
  id: string;
  plate: string;
  count: number;
  columns: Record<TrackColumn, Float64Array>;
  /** How many fixes there are, of which `count` are here. */
  fixes: number;
}

export type Slice = Row<'manage/GetTrack'>;

export function emptyTrack(id: string, plate: string): Track {
  const columns = {} as Record<TrackColumn, Float64Array>;
  for (const name of TRACK_COLUMNS) columns[name] = new Float64Array();
  return { id, plate, count: 0, columns, fixes: 0 };
}

function cellsOf(slice: Slice, name: TrackColumn): readonly (number | null)[] {
  const columns = slice.columns as Record<string, (number | null)[] | undefined>;
  return columns[name] ?? [];
}

/** The fixes of slices of one vehicle, in front of those that are there already, or behind. */
export function withSlices(track: Track, slices: readonly Slice[], isNewer = false): Track {
  const added = slices.reduce((sum, slice) => sum + cellsOf(slice, 't').length, 0);
  const columns = {} as Record<TrackColumn, Float64Array>;
  const start = isNewer ? track.count : 0;
  for (const name of TRACK_COLUMNS) {
    const into = new Float64Array(added + track.count).fill(Number.NaN);
    let at = start;
    for (const slice of slices) {
      const cells = cellsOf(slice, name);
      for (let i = 0; i < cells.length; i++) into[at + i] = cells[i] ?? Number.NaN;
      at += cellsOf(slice, 't').length;
    }
    into.set(track.columns[name], isNewer ? 0 : added);
    columns[name] = into;
  }
  const fixes = track.fixes + (slices[0]?.Fixes ?? added);
  const plate = slices[0]?.VehicleNum ?? track.plate;
  return { ...track, plate, columns, count: added + track.count, fixes };
}

/** What a slice has behind a time, as it is all counted. */
export function newerOf(slice: Slice, lastS: number): Slice {
  const from = cellsOf(slice, 't').findIndex((at) => at !== null && at > lastS);
  const columns: Record<string, (number | null)[]> = {};
  for (const name of TRACK_COLUMNS) {
    columns[name] = from < 0 ? [] : cellsOf(slice, name).slice(from);
  }
  return { ...slice, columns, Fixes: columns['t']?.length ?? 0 };
}

/** The number of the last fix at or before a time; -1: there is none. */
export function indexAt({ columns, count }: Track, atS: number): number {
  let before = -1;
  let behind = count;
  while (behind - before > 1) {
    const middle = (before + behind) >> 1;
    if ((columns.t[middle] as number) <= atS) before = middle;
    else behind = middle;
  }
  return before;
}

export function isCoarse({ columns }: Track, i: number): boolean {
  return ((columns.f[i] as number) & COARSE) !== 0;
}

export function isIgnitionOn({ columns }: Track, i: number): boolean {
  return ((columns.f[i] as number) & IGNITION) !== 0;
}

/** Degrees. */
export function lonOf({ columns }: Track, i: number): number {
  return (columns.x[i] as number) / 1e6;
}

export function latOf({ columns }: Track, i: number): number {
  return (columns.y[i] as number) / 1e6;
}

export interface Place {
  lon: number;
  lat: number;
  /** Degrees clockwise from north. */
  course: number;
  /** The last fix before; it says speed and all else. */
  index: number;
  /** No fix tells of this time. */
  isGap: boolean;
}

/** The shorter way round, degrees. */
function lonStep(from: number, to: number): number {
  return ((((to - from + 180) % 360) + 360) % 360) - 180;
}

function bearing(track: Track, i: number): number {
  const lat = (latOf(track, i) * Math.PI) / 180;
  const east = lonStep(lonOf(track, i), lonOf(track, i + 1)) * Math.cos(lat);
  const north = latOf(track, i + 1) - latOf(track, i);
  return (Math.atan2(east, north) * 180) / Math.PI;
}

/**
 * Where the vehicle was: between two fixes on the line from one to the other, in a gap at the last
 * one. null: before its first fix, or it has none.
 */
export function placeAt(track: Track, atS: number): Place | null {
  const index = indexAt(track, atS);
  if (index < 0) return null;
  const lon = lonOf(track, index);
  const lat = latOf(track, index);
  const told = track.columns.d[index] as number;
  const isLast = index === track.count - 1;
  const course = Number.isNaN(told) ? (isLast ? 0 : bearing(track, index)) : told;
  const still = { lon, lat, course, index };
  if (isLast) return { ...still, isGap: false };
  const fromS = track.columns.t[index] as number;
  const stepS = (track.columns.t[index + 1] as number) - fromS;
  if (stepS > GAP_S) return { ...still, isGap: track.columns.s[index] === MOVING_NOW };
  const part = (atS - fromS) / stepS;
  const there = lon + lonStep(lon, lonOf(track, index + 1)) * part;
  return {
    lon: there > 180 ? there - 360 : there < -180 ? there + 360 : there,
    lat: lat + (latOf(track, index + 1) - lat) * part,
    course,
    index,
    isGap: false,
  };
}

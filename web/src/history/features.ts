/** Tracks, stops and alarms as GeoJSON for the map; `place` puts WGS-84 on the base map. */
import { coarseOf, piecesOf } from './pieces.ts';
import type { Entry } from './spans.ts';
import { GAP_S, latOf, lonOf, type Track } from './track.ts';

export type Put = (lon: number, lat: number) => [number, number];
type Collection = GeoJSON.FeatureCollection;

export function collection(features: GeoJSON.Feature[] = []): Collection {
  return { type: 'FeatureCollection', features };
}

/** Over the date line a line goes on, beyond 180 degrees. */
function coordinates(track: Track, from: number, to: number, put: Put): [number, number][] {
  const line: [number, number][] = [];
  let turns = 0;
  let before = Number.NaN;
  for (let i = from; i <= to; i++) {
    if (Number.isNaN(track.columns.x[i])) continue;
    const lon = lonOf(track, i);
    if (lon - before > 180) turns -= 360;
    if (lon - before < -180) turns += 360;
    before = lon;
    const [x, y] = put(lon, latOf(track, i));
    line.push([x + turns, y]);
  }
  return line;
}

function lineOf(line: [number, number][], properties: GeoJSON.GeoJsonProperties) {
  const geometry: GeoJSON.LineString = { type: 'LineString', coordinates: line };
  return { type: 'Feature' as const, geometry, properties };
}

function pointOf(at: [number, number], properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties };
}

/** Runs by speed, and gaps; `car` is the number of the vehicle. */
export function pieceFeatures(track: Track, car: number, put: Put, limitKmh: number): Collection {
  return collection(
    piecesOf(track, limitKmh).map(({ kind, step, isOver, from, to }) => {
      return lineOf(coordinates(track, from, to, put), { kind, step, isOver, car });
    }),
  );
}

/** What there is between gaps, whole: on it go casing and arrows. */
export function wayFeatures(track: Track, car: number, put: Put): Collection {
  const lines: GeoJSON.Feature[] = [];
  let from = 0;
  for (let i = 1; i <= track.count; i++) {
    const goesOn =
      i < track.count &&
      (track.columns.t[i] as number) - (track.columns.t[i - 1] as number) <= GAP_S;
    if (goesOn) continue;
    const line = coordinates(track, from, i - 1, put);
    if (line.length > 1) lines.push(lineOf(line, { car }));
    from = i;
  }
  return collection(lines);
}

export function coarseFeatures(track: Track, car: number, put: Put): Collection {
  return collection(
    coarseOf(track).map((i) => pointOf(put(lonOf(track, i), latOf(track, i)), { car })),
  );
}

/** The name of the picture of an entry on the map; `car` is -1 where there is one vehicle. */
export function iconOf({ kind, number }: Entry, car: number): string {
  if (kind === 'alarm') return 'history-alarm';
  return `history-${kind}-${number}${car < 0 ? '' : `-${car}`}`;
}

/** The number of a vehicle among several; -1: it is the only one. */
export function carOf(id: string, ids: readonly string[]): number {
  return ids.length === 1 ? -1 : ids.indexOf(id);
}

/** Stops, idle times and alarms that have a place; `at` says which entry it is. */
export function markFeatures(
  entries: readonly Entry[],
  ids: readonly string[],
  put: Put,
): Collection {
  return collection(
    entries.flatMap((entry, at) => {
      if (entry.kind === 'trip' || Number.isNaN(entry.lon) || Number.isNaN(entry.lat)) return [];
      const properties = {
        icon: iconOf(entry, carOf(entry.id, ids)),
        at,
        order: entry.kind === 'alarm' ? 1 : 0,
      };
      return [pointOf(put(entry.lon, entry.lat), properties)];
    }),
  );
}

export function joined(collections: readonly Collection[]): Collection {
  return collection(collections.flatMap(({ features }) => features));
}

/** A path of section 26, which is in GCJ-02; `fromGcj` makes WGS-84 of it. */
export function correctedFeature(
  path: readonly { x: string; y: string }[],
  fromGcj: Put,
  put: Put,
): Collection {
  const line = path.map(({ x, y }) => put(...fromGcj(Number(x), Number(y))));
  return collection(line.length < 2 ? [] : [lineOf(line, {})]);
}

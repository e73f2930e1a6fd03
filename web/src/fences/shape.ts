/**
 * The shape of a geofence as the editor has it: what is drawn, in WGS-84, and how large it is.
 *
 *     circle    one point, its centre       radiusM
 *     polygon   a ring, not closed          holes
 *     corridor  a line                      radiusM: half of its width
 */
import { distanceKm } from '../map/nearest.ts';

export type Point = [lon: number, lat: number];
export const KINDS = ['circle', 'polygon', 'corridor'] as const;
export type Kind = (typeof KINDS)[number];

export interface Shape {
  kind: Kind;
  points: Point[];
  holes: Point[][];
  radiusM: number;
}

/** As far as the server goes (src/geo/shape.h). */
export const RADIUS_MAX_M = 500_000;
export const POINTS_MAX = 10_000;

const EARTH_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
/** Degrees with a centimetre's digits: what is sent reads like what was meant. */
const DIGITS = 1e7;

/** Longitudes beyond 180 come from another copy of the world. */
export function wrapped([lon, lat]: readonly number[]): Point {
  const turned = (lon as number) - 360 * Math.round((lon as number) / 360);
  return [Math.round(turned * DIGITS) / DIGITS, Math.round((lat as number) * DIGITS) / DIGITS];
}

/** Of a line. */
export function lengthM(points: readonly Point[]): number {
  let km = 0;
  for (let at = 1; at < points.length; at++) {
    km += distanceKm(...(points[at - 1] as Point), ...(points[at] as Point));
  }
  return km * 1000;
}

/** A ring that ends where it begins. */
export function closedRing(points: readonly Point[]): Point[] {
  const [first] = points;
  return first ? [...points, first] : [];
}

/** What a ring holds on a sphere: the sum over its edges of Δλ(2 + sin φ₁ + sin φ₂)r²/2. */
function ringM2(points: readonly Point[]): number {
  const ring = closedRing(points);
  let sum = 0;
  for (let at = 1; at < ring.length; at++) {
    const [lonA, latA] = ring[at - 1] as Point;
    const [lonB, latB] = ring[at] as Point;
    const step = lonB - lonA - 360 * Math.round((lonB - lonA) / 360);
    sum += step * RADIANS * (2 + Math.sin(latA * RADIANS) + Math.sin(latB * RADIANS));
  }
  return Math.abs((sum * EARTH_M * EARTH_M) / 2);
}

/** Of a corridor its length and its round ends; where it meets itself it counts twice. */
export function areaM2({ kind, points, holes, radiusM }: Shape): number {
  if (kind === 'circle') return Math.PI * radiusM ** 2;
  if (kind === 'corridor') return 2 * radiusM * lengthM(points) + Math.PI * radiusM ** 2;
  const out = holes.reduce((sum, hole) => sum + ringM2(hole), 0);
  return ringM2(points) - out;
}

/** Once around it. */
export function borderM({ kind, points, radiusM }: Shape): number {
  if (kind === 'circle') return 2 * Math.PI * radiusM;
  return lengthM(kind === 'polygon' ? closedRing(points) : points);
}

/** West, south, east, north of all of it. */
export function boundsOf({ kind, points, radiusM }: Shape): [number, number, number, number] {
  const [first] = points;
  if (!first) return [0, 0, 0, 0];
  const pad = kind === 'polygon' ? 0 : radiusM / (EARTH_M * RADIANS);
  let [west, south, east, north] = [first[0], first[1], first[0], first[1]];
  for (const [lon, lat] of points) {
    const near = lon - 360 * Math.round((lon - first[0]) / 360);
    west = Math.min(west, near);
    east = Math.max(east, near);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  const across = pad / Math.max(0.01, Math.cos(Math.max(-89, Math.min(89, first[1])) * RADIANS));
  return [west - across, south - pad, east + across, north + pad];
}

/** A circle as a ring of so many points, for programs that know no circles. */
export function circleRing([lon, lat]: Point, radiusM: number, count = 64): Point[] {
  const angle = radiusM / EARTH_M;
  const [sine, cosine] = [Math.sin(lat * RADIANS), Math.cos(lat * RADIANS)];
  return Array.from({ length: count }, (_, n): Point => {
    const course = (2 * Math.PI * n) / count;
    const north = sine * Math.cos(angle) + cosine * Math.sin(angle) * Math.cos(course);
    const east = Math.atan2(
      Math.sin(course) * Math.sin(angle) * cosine,
      Math.cos(angle) - sine * north,
    );
    return wrapped([lon + east / RADIANS, Math.asin(Math.max(-1, Math.min(1, north))) / RADIANS]);
  });
}

/** The circle that such a ring is, by its box: drawn ones are circles of the map. */
export function circleOfRing(ring: readonly Point[]): { centre: Point; radiusM: number } {
  const lats = ring.map(([, lat]) => lat);
  const lons = ring.map(([lon]) => lon);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const lon = (west + east) / 2;
  const lat = latOfY((yOfLat(south) + yOfLat(north)) / 2);
  return { centre: [lon, lat], radiusM: distanceKm(lon, lat, east, lat) * 1000 };
}

/** Mercator's: a circle that is drawn on the map has its centre in the middle there. */
function yOfLat(lat: number): number {
  return Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2));
}

function latOfY(y: number): number {
  return (2 * Math.atan(Math.exp(y)) - Math.PI / 2) / RADIANS;
}

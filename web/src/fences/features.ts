/**
 * Geofences of files, and files of geofences. GeoJSON knows no circles and no widths, so these
 * stand in the properties of a feature, beside a shape that any program can draw:
 *
 *     circle    Polygon of 64 points    centre [lon, lat], radius_m
 *     corridor  LineString              radius_m: half of its width
 *     polygon   Polygon, with holes
 *
 * A file is hostile: each feature is looked at for itself, and what is wrong is told of it alone.
 */
import { checkShape, type ShapeFault } from './check.ts';
import { circleRing, closedRing, type Point, type Shape, wrapped } from './shape.ts';

export const ALARMS = ['both', 'enter', 'leave', 'none'] as const;
export type AlarmOn = (typeof ALARMS)[number];

/** A geofence without its place in the fleet: whom it watches. */
export interface Sketch {
  name: string;
  shape: Shape;
  alarmOn: AlarmOn;
  dwellS: number;
}

/** Why a feature is no geofence, beyond what checkShape() tells. */
export type FeatureFault = 'noShape' | 'badCoordinates' | ShapeFault;

export interface Found {
  sketch: Sketch;
  /** The name is of the file. */
  isNamed: boolean;
  /** Nothing of the file says how wide or large it is: the caller's width or radius was taken. */
  isSized: boolean;
  fault: FeatureFault | null;
}

export interface Sizes {
  /** Of points without a radius. */
  radiusM: number;
  /** Of lines without a width. */
  widthM: number;
}

export const FEATURES_MAX = 1000;
const NAME_CHARS = 64;
const DWELL_MAX_S = 7 * 86_400;
const NAMES = ['name', 'Name', 'NAME', 'RegionName', 'title'];

type Properties = Record<string, unknown>;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(properties: Properties): string {
  for (const key of NAMES) {
    const value = properties[key];
    if (typeof value === 'string' || typeof value === 'number') {
      const name = [
        ...String(value)
          .replace(/\p{Cc}+/gu, ' ')
          .trim(),
      ]
        .slice(0, NAME_CHARS)
        .join('');
      if (name !== '') return name;
    }
  }
  return '';
}

/** A number that a property says, as a number or as its text; NaN: none. */
function numberOf(value: unknown): number {
  return typeof value === 'string' && value.trim() === ''
    ? Number.NaN
    : Number(value ?? Number.NaN);
}

/** null: it is no place. */
function pointOf(value: unknown): Point | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  const [lon, lat] = value;
  if (typeof lon !== 'number' || typeof lat !== 'number') return null;
  return Number.isFinite(lon) && Math.abs(lon) <= 540 && Number.isFinite(lat)
    ? wrapped([lon, lat])
    : null;
}

function pointsOf(value: unknown): Point[] | null {
  if (!Array.isArray(value)) return null;
  const points = value.map(pointOf);
  return points.every((point) => point !== null) ? points : null;
}

/** A ring of a file ends where it begins; ours do not. */
function openRing(points: Point[]): Point[] {
  const [first, last] = [points[0], points.at(-1)];
  const isClosed = points.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return isClosed ? points.slice(0, -1) : points;
}

/** The centre that a property names: [lon, lat], or "lon,lat". */
function centreOf({ centre }: Properties): Point | null {
  const parts = typeof centre === 'string' ? centre.split(',').map(numberOf) : centre;
  return pointOf(parts);
}

const EMPTY: Shape = { kind: 'polygon', points: [], holes: [], radiusM: 0 };

interface Read {
  shape: Shape;
  isSized: boolean;
  fault: FeatureFault | null;
}

function bad(fault: FeatureFault): Read {
  return { shape: EMPTY, isSized: true, fault };
}

function checked(shape: Shape, isSized = true): Read {
  return { shape, isSized, fault: checkShape(shape) };
}

function round(kind: 'circle' | 'corridor', points: Point[], radiusM: number, usual: number): Read {
  const isSized = !Number.isNaN(radiusM);
  return checked({ kind, points, holes: [], radiusM: isSized ? radiusM : usual }, isSized);
}

function readPolygon(rings: unknown, properties: Properties): Read {
  const centre = centreOf(properties);
  const radiusM = numberOf(properties['radius_m']);
  if (centre && !Number.isNaN(radiusM)) return round('circle', [centre], radiusM, radiusM);
  if (!Array.isArray(rings) || rings.length === 0) return bad('badCoordinates');
  const read = rings.map(pointsOf);
  if (!read.every((ring) => ring !== null)) return bad('badCoordinates');
  const [points = [], ...holes] = read.map(openRing);
  return checked({ kind: 'polygon', points, holes, radiusM: 0 });
}

function readLine(line: unknown, properties: Properties, { widthM }: Sizes): Read {
  const points = pointsOf(line);
  if (points === null) return bad('badCoordinates');
  return round('corridor', points, numberOf(properties['radius_m']), widthM / 2);
}

function readPoint(place: unknown, properties: Properties, { radiusM }: Sizes): Read {
  const point = pointOf(place);
  if (point === null) return bad('badCoordinates');
  return round('circle', [point], numberOf(properties['radius_m']), radiusM);
}

/** The shapes of a geometry: one of many has a shape for each of them. */
function readGeometry(geometry: unknown, properties: Properties, sizes: Sizes): Read[] {
  if (!isObject(geometry)) return [bad('noShape')];
  const { type, coordinates, geometries } = geometry;
  const each = (read: (part: unknown) => Read) =>
    Array.isArray(coordinates)
      ? coordinates.slice(0, FEATURES_MAX).map(read)
      : [bad('badCoordinates')];
  switch (type) {
    case 'Polygon':
      return [readPolygon(coordinates, properties)];
    case 'LineString':
      return [readLine(coordinates, properties, sizes)];
    case 'Point':
      return [readPoint(coordinates, properties, sizes)];
    case 'MultiPolygon':
      return each((part) => readPolygon(part, properties));
    case 'MultiLineString':
      return each((part) => readLine(part, properties, sizes));
    case 'MultiPoint':
      return each((part) => readPoint(part, properties, sizes));
    case 'GeometryCollection':
      return Array.isArray(geometries)
        ? geometries
            .slice(0, FEATURES_MAX)
            .filter((part) => isObject(part) && part['type'] !== 'GeometryCollection')
            .flatMap((part) => readGeometry(part, properties, sizes))
        : [bad('noShape')];
    default:
      return [bad('noShape')];
  }
}

function sketchesOf(feature: unknown, sizes: Sizes): Found[] {
  const isFeature = isObject(feature) && feature['type'] === 'Feature';
  const properties = isFeature && isObject(feature['properties']) ? feature['properties'] : {};
  const parts = readGeometry(isFeature ? feature['geometry'] : feature, properties, sizes);
  const name = nameOf(properties);
  const alarmOn = ALARMS.find((each) => each === properties['alarm_on']) ?? 'both';
  const dwellS = numberOf(properties['dwell_s']);
  const isDwell = Number.isInteger(dwellS) && dwellS >= 0 && dwellS <= DWELL_MAX_S;
  return parts.map(({ shape, isSized, fault }, at) => ({
    sketch: {
      name: parts.length > 1 && name !== '' ? `${name} ${at + 1}` : name,
      ...{ shape, alarmOn, dwellS: isDwell ? dwellS : 0 },
    },
    ...{ isNamed: name !== '', isSized, fault },
  }));
}

/** The geofences of GeoJSON that was read; null: it is none. At most FEATURES_MAX. */
export function readFeatures(value: unknown, sizes: Sizes): Found[] | null {
  if (!isObject(value) || typeof value['type'] !== 'string') return null;
  const { type, features } = value;
  if (type !== 'FeatureCollection') return sketchesOf(value, sizes).slice(0, FEATURES_MAX);
  if (!Array.isArray(features)) return null;
  return features
    .slice(0, FEATURES_MAX + 1)
    .flatMap((feature) => sketchesOf(feature, sizes))
    .slice(0, FEATURES_MAX + 1);
}

/** What any program can draw of a shape. */
export function geometryOf({
  kind,
  points,
  holes,
  radiusM,
}: Shape): GeoJSON.Polygon | GeoJSON.LineString {
  if (kind === 'corridor') return { type: 'LineString', coordinates: points };
  const [centre] = points;
  const rings = kind === 'circle' && centre ? [circleRing(centre, radiusM)] : [points, ...holes];
  return { type: 'Polygon', coordinates: rings.map(closedRing) };
}

/** The properties by which readFeatures() makes the same of it again. */
export function propertiesOf({ name, shape, alarmOn, dwellS }: Sketch): Properties {
  const { kind, points, radiusM } = shape;
  return {
    ...{ name, shape: kind },
    ...(kind === 'polygon' ? {} : { radius_m: radiusM }),
    ...(kind === 'circle' ? { centre: points[0] } : {}),
    ...{ alarm_on: alarmOn, dwell_s: dwellS },
  };
}

export function writeFeatures(sketches: readonly Sketch[]): string {
  const features = sketches.map((sketch) => ({
    type: 'Feature',
    properties: propertiesOf(sketch),
    geometry: geometryOf(sketch.shape),
  }));
  return `${JSON.stringify({ type: 'FeatureCollection', features }, null, 1)}\n`;
}

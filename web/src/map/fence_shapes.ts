/** Geofences as ListGeofences tells them, as shapes for the map. */
import { gcjOfWgs, wgsOfGcj } from './gcj.ts';

export interface Fence {
  PolygonID: number;
  RegionName: string;
  Shape: string;
  Points: unknown[][] | null;
  Holes: unknown[][] | null;
  Radius: number | null;
  Coordsys: string;
}

const ROUND = 64;
const METRES_A_DEGREE = 111_320;
const EQUATOR_M = 40_075_016.686;
const TILE = 512;

type Point = [number, number];

/** Points as drawn to points of the base map. */
function placed(points: unknown[], coordsys: string, isGcj: boolean): Point[] {
  const found: Point[] = [];
  for (const point of points) {
    if (!Array.isArray(point)) continue;
    const at: Point = [Number(point[0]), Number(point[1])];
    if (!at.every(Number.isFinite)) continue;
    const isDrawnGcj = coordsys.toLowerCase() === 'gcj02';
    if (isDrawnGcj === isGcj) found.push(at);
    else found.push(isGcj ? gcjOfWgs(...at) : wgsOfGcj(...at));
  }
  return found;
}

/** An edge goes the shorter way round: the next point may be beyond 180 degrees. */
function joined(points: Point[]): Point[] {
  let before = points[0]?.[0] ?? 0;
  return points.map(([lon, lat]) => {
    const near = lon - 360 * Math.round((lon - before) / 360);
    before = near;
    return [near, lat];
  });
}

function closed(points: Point[]): Point[] {
  const [first] = points;
  return first ? [...joined(points), joined(points)[0] as Point] : [];
}

function circle([lon, lat]: Point, radiusM: number): Point[] {
  const across = METRES_A_DEGREE * Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  return Array.from({ length: ROUND + 1 }, (_, n): Point => {
    const angle = (2 * Math.PI * n) / ROUND;
    return [
      lon + (Math.sin(angle) * radiusM) / across,
      lat + (Math.cos(angle) * radiusM) / METRES_A_DEGREE,
    ];
  });
}

/** Pixels at zoom 0 of so many metres at a latitude. */
export function pixelsAtZero(metres: number, lat: number): number {
  return (metres * TILE) / (EQUATOR_M * Math.max(0.01, Math.cos((lat * Math.PI) / 180)));
}

/** null: it has no shape that can be drawn. */
export function featureOf(fence: Fence, isGcj: boolean): GeoJSON.Feature | null {
  const points = placed(fence.Points ?? [], fence.Coordsys, isGcj);
  const [first] = points;
  const properties: Record<string, unknown> = { name: fence.RegionName, id: fence.PolygonID };
  if (!first) return null;
  if (fence.Shape === 'circle') {
    const ring = circle(first, fence.Radius ?? 0);
    return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } };
  }
  if (fence.Shape === 'corridor') {
    properties['width'] = pixelsAtZero(2 * (fence.Radius ?? 0), first[1]);
    const geometry = { type: 'LineString' as const, coordinates: joined(points) };
    return { type: 'Feature', properties, geometry };
  }
  const holes = (fence.Holes ?? []).map((hole) => closed(placed(hole, fence.Coordsys, isGcj)));
  const coordinates = [closed(points), ...holes];
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates } };
}

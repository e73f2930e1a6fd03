/** Where shapes are on the base map, and where the map is in WGS-84. */
import { computed } from '@preact/signals';
import { goTo } from '../app/target.ts';
import { hasArrived } from '../map/arrival.ts';
import { fromBase, toBase } from '../map/base.ts';
import { covered } from '../map/camera.ts';
import { mapReady } from '../map/map.ts';
import { distanceKm } from '../map/nearest.ts';
import { boundsOf, type Point, type Shape, wrapped } from './shape.ts';

export const RADIUS_USUAL_M = 200;
/** Of the width of what is seen. */
const SHARE = 8;
const MAX_ZOOM = 17;

/** Shows a shape on the map, once there is one. */
export function showShape(shape: Shape): void {
  const bounds = boundsOf(shape);
  const [west, south, east, north] = bounds;
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  goTo({ lon, lat, bounds, maxZoom: MAX_ZOOM, kind: 'fence', name: '' });
}

/** Whether the map shows what people look at; before that it has no middle to tell of. */
export const hasMiddle = computed(() => mapReady.value !== null && hasArrived.value);

/** The middle of what is seen of the map; null: there is none yet. */
export function middle(): Point | null {
  const map = mapReady.peek();
  if (!map || !hasMiddle.peek()) return null;
  const { lng, lat } = map.getCenter();
  return wrapped(fromBase(lng, lat));
}

/** A circle that is well seen and reached at the zoom of the map; metres, a round number. */
export function radiusHere([lon, lat]: Point): number {
  const map = mapReady.peek();
  if (!map) return RADIUS_USUAL_M;
  const { left, right } = covered.peek();
  const widthPx = map.getContainer().clientWidth - left - right;
  const [x, y] = toBase(lon, lat);
  const at = map.project([x, y]);
  const beside = map.unproject([at.x + widthPx / SHARE, at.y]);
  const m = distanceKm(x, y, beside.lng, beside.lat) * 1000;
  const unit = 10 ** Math.floor(Math.log10(Math.max(10, m)));
  return Math.min(100_000, Math.max(10, Math.round(m / unit) * unit));
}

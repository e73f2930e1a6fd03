/** Where shapes are on the base map, and where the map is in WGS-84. */

import { fromBase, toBase } from '../map/base.ts';
import type { Box } from '../map/camera.ts';
import { covered } from '../map/camera.ts';
import { mapReady } from '../map/map.ts';
import { distanceKm } from '../map/nearest.ts';
import { boundsOf, type Point, type Shape, wrapped } from './shape.ts';

const RADIUS_USUAL_M = 200;
/** Of the width of what is seen. */
const SHARE = 8;

export function boxOnBase(shape: Shape): Box {
  const [west, south, east, north] = boundsOf(shape);
  const [left, below] = toBase(west, south);
  const [right, above] = toBase(east, north);
  return [left, below, right, above];
}

/** The middle of what is seen of the map; null: there is no map yet. */
export function middle(): Point | null {
  const map = mapReady.peek();
  if (!map) return null;
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

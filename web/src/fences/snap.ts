/** A point that comes close to one of another geofence takes its place. */
import type { SnapToCustom } from 'terra-draw';
import { toBase } from '../map/base.ts';
import type { Fence } from '../map/fence_shapes.ts';
import { fenceEdited, fences } from '../map/fences.ts';
import { wgsOfGcj } from '../map/gcj.ts';

const REACH = 12;
/** Of all geofences: more would be felt at each move of the pointer. */
const POINTS_MAX = 20_000;

/** Corners on the base map; a circle has none. */
function corners(list: readonly Fence[]): [number, number][] {
  const found: [number, number][] = [];
  for (const { PolygonID, Shape, Points, Coordsys } of list) {
    if (Shape === 'circle' || PolygonID === fenceEdited.peek()) continue;
    for (const point of Points ?? []) {
      if (found.length >= POINTS_MAX) return found;
      const [lon, lat] = point as [number, number];
      const at = Coordsys === 'gcj02' ? wgsOfGcj(lon, lat) : ([lon, lat] as const);
      found.push(toBase(...at));
    }
  }
  return found;
}

export function snapper(): SnapToCustom {
  let of: readonly Fence[] = [];
  let points: [number, number][] = [];
  return (event, { project }) => {
    if (of !== fences.peek()) {
      of = fences.peek();
      points = corners(of);
    }
    let best: [number, number] | undefined;
    let least = REACH;
    for (const point of points) {
      const { x, y } = project(...point);
      const far = Math.hypot(x - event.containerX, y - event.containerY);
      if (far < least) [best, least] = [point, far];
    }
    return best;
  };
}

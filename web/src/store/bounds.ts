/** The box around a geofence, as ListGeofences tells it. */

/** West, south, east, north, degrees; east may be beyond 180 where it lies across that meridian. */
export type Bounds = readonly [number, number, number, number];

interface Shape {
  /** [longitude, latitude] each; of a circle its centre. */
  Points: readonly (readonly unknown[])[] | null;
  /** Metres around them. */
  Radius: number | null;
  Coordsys: string;
}

const METRES_A_DEGREE = 111_320;
/** GCJ-02 is nowhere farther than this from WGS-84: the box holds the shape in either. */
const GCJ02_DEGREES = 0.007;
const TURN = 360;

/** null: it has no points. */
export function boundsOf({ Points, Radius, Coordsys }: Shape): Bounds | null {
  if (!Points || Points.length === 0) return null;
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  let before = Number(Points[0]?.[0]);
  for (const [x, y] of Points) {
    // an edge is the shorter way round
    const lon = before + (((Number(x) - before + 1.5 * TURN) % TURN) - TURN / 2);
    const lat = Number(y);
    [west, east] = [Math.min(west, lon), Math.max(east, lon)];
    [south, north] = [Math.min(south, lat), Math.max(north, lat)];
    before = lon;
  }
  const more = Coordsys === 'gcj02' ? GCJ02_DEGREES : 0;
  const dLat = (Radius ?? 0) / METRES_A_DEGREE + more;
  const dLon = dLat / Math.max(0.01, Math.cos((((south + north) / 2) * Math.PI) / 180));
  return [west - dLon, Math.max(-90, south - dLat), east + dLon, Math.min(90, north + dLat)];
}

export function middleOf([west, south, east, north]: Bounds): { lon: number; lat: number } {
  return { lon: (west + east) / 2, lat: (south + north) / 2 };
}

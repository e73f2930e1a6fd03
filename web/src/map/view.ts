/** Texts and sizes of what the map shows, without a map: the view in the address, covered edges. */
export interface View {
  center: [number, number];
  zoom: number;
}

const MAX_ZOOM = 20;

/** zoom/lat/lon; null where it is none. */
export function parseView(text: string): View | null {
  const parts = text.split('/');
  const numbers = parts.map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : Number.NaN));
  const [zoom, lat, lon] = numbers;
  if (parts.length !== 3 || zoom === undefined || lat === undefined || lon === undefined) {
    return null;
  }
  const isRight = zoom >= 0 && zoom <= MAX_ZOOM && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return isRight ? { center: [lon, lat], zoom } : null;
}

/** Of the size that is seen at its zoom. */
export function writeView(zoom: number, lat: number, lon: number): string {
  const digits = Math.max(2, Math.min(6, Math.round(zoom / 3)));
  const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
  return [zoom.toFixed(2), lat.toFixed(digits), wrapped.toFixed(digits)].join('/');
}

/** There are names of places on the map of this server up to here, and no streets beyond. */
const OWN_MAX_ZOOM = 11.2;

/**
 * How close the page goes by itself, where it would like to: on the map of this server (`isOwn`) no
 * closer than where names around a vehicle say where it is. Hands may go on from there.
 */
export function withinNames(zoom: number, isOwn: boolean): number {
  return isOwn ? Math.min(zoom, OWN_MAX_ZOOM) : zoom;
}

/** What is fitted keeps clear of buttons and legend, too, and yet has room on a small map. */
const AROUND = { left: 48, right: 88, top: 56, bottom: 112 };
const SHARE_MAX = { left: 0.15, right: 0.25, top: 0.2, bottom: 0.3 };

/** Pixels around what is fitted, of a map of which so many are in sight. */
export function spaceAround(width: number, height: number): Required<Covered> {
  return {
    left: Math.min(AROUND.left, width * SHARE_MAX.left),
    right: Math.min(AROUND.right, width * SHARE_MAX.right),
    top: Math.min(AROUND.top, height * SHARE_MAX.top),
    bottom: Math.min(AROUND.bottom, height * SHARE_MAX.bottom),
  };
}

const SIDES = ['left', 'right', 'top', 'bottom'] as const;
/** Pixels of each side that a panel lies over. */
export type Covered = Partial<Record<(typeof SIDES)[number], number>>;

/** The most that any of the panels covers of each side. */
export function coveredBy(panels: Iterable<Covered>): Required<Covered> {
  const all = { left: 0, right: 0, top: 0, bottom: 0 };
  for (const panel of panels) {
    for (const side of SIDES) all[side] = Math.max(all[side], panel[side] ?? 0);
  }
  return all;
}

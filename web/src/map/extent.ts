/** The smallest box around places, over the 180th meridian where that is shorter. */
import type { Box } from './camera.ts';

export function boxAround(places: readonly (readonly [lon: number, lat: number])[]): Box | null {
  if (places.length === 0) return null;
  const lons = new Float64Array(places.length);
  let south = 90;
  let north = -90;
  places.forEach(([lon, lat], at) => {
    lons[at] = lon;
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  });
  lons.sort(); // of numbers alone
  let west = lons[0] as number;
  let east = lons.at(-1) as number;
  let widest = west + 360 - east;
  for (let at = 1; at < lons.length; at++) {
    const gap = (lons[at] as number) - (lons[at - 1] as number);
    if (gap <= widest) continue;
    widest = gap;
    west = lons[at] as number;
    east = (lons[at - 1] as number) + 360;
  }
  return [west, south, east, north];
}

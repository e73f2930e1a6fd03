/** Which vehicles are nearest to a place. */
import type { Fleet } from '../store/fleet.ts';
import { NEVER, OFFLINE } from '../store/state.ts';

const RADIUS_KM = 6371.0088;
const RADIANS = Math.PI / 180;

/** Kilometres of the great circle between two places in degrees. */
export function distanceKm(lonA: number, latA: number, lonB: number, latB: number): number {
  const half = Math.sin(((latB - latA) * RADIANS) / 2) ** 2;
  const across = Math.sin(((lonB - lonA) * RADIANS) / 2) ** 2;
  const part = half + Math.cos(latA * RADIANS) * Math.cos(latB * RADIANS) * across;
  return 2 * RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(part)));
}

export interface Near {
  slot: number;
  km: number;
}

/** Of `slots` those that are online, at most `count`, the nearest first. WGS-84, degrees. */
export function nearestTo(
  fleet: Fleet,
  slots: Int32Array,
  lon: number,
  lat: number,
  count: number,
): Near[] {
  const found: Near[] = [];
  for (const slot of slots) {
    const state = fleet.states[slot];
    const x = (fleet.numbers.x[slot] as number) / 1e6;
    const y = (fleet.numbers.y[slot] as number) / 1e6;
    if (state === OFFLINE || state === NEVER || Number.isNaN(x)) continue;
    const km = distanceKm(lon, lat, x, y);
    const last = found.at(-1);
    if (found.length === count && last && km >= last.km) continue;
    found.push({ slot, km });
    found.sort((a, b) => a.km - b.km);
    if (found.length > count) found.pop();
  }
  return found;
}

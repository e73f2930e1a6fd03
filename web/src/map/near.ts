/** The vehicles nearest to a place that somebody asked about. */
import { signal } from '@preact/signals';
import { fleet } from '../app/fleet.ts';
import { inFilter } from '../app/list.ts';
import { fromBase } from './base.ts';
import { type Near, nearestTo } from './nearest.ts';
import type { MenuAt } from './picking.ts';

const COUNT = 10;

export const near = signal<{ x: number; y: number; found: Near[] } | null>(null);

export function findNear({ x, y, lon, lat }: MenuAt): void {
  const [east, north] = fromBase(lon, lat);
  near.value = { x, y, found: nearestTo(fleet, inFilter.peek(), east, north, COUNT) };
}

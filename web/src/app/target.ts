/**
 * Where the reader wants the map to go: what the search found, a vehicle, a place, a geofence or
 * coordinates.
 * The map takes it, and whoever asks need not know whether there is one yet.
 */
import { signal } from '@preact/signals';
import type { Bounds } from '../store/bounds.ts';
import { PAGES_BUILT } from './address.ts';
import { go } from './navigation.ts';
import { hasMap, mapIsImpossible } from './page.ts';

export interface Target {
  /** WGS-84, degrees. */
  lon: number;
  lat: number;
  /** Without: the neighbourhood of the place. */
  bounds?: Bounds;
  /** Of the bounds: as close as that, for what is drawn there. */
  maxZoom?: number;
  /** How large what is meant is, where nothing else says it. */
  kind: 'place' | 'point' | 'fence' | 'vehicle';
  name: string;
}

/** Waits for the map; null: nothing does. */
export const target = signal<Target | null>(null);

/** Whether there is a map to go to. */
export function mapIsThere(): boolean {
  return PAGES_BUILT.includes('map') && !mapIsImpossible.value;
}

/** Shows it on the map of this page, or on the map monitor. */
export function goTo(wanted: Target): void {
  if (!hasMap.value) go({ page: 'map' });
  target.value = wanted;
}

/** What waits, once: the map that goes there calls it. */
export function takeTarget(): Target | null {
  const wanted = target.value;
  if (wanted !== null) target.value = null;
  return wanted;
}

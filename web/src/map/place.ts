/** Where the map begins, and what the address and the server say of that. */
import type { MapLibreMap } from 'maplibre-gl';
import { address } from '../app/navigation.ts';
import { me } from '../app/session.ts';
import { parseView, type View, writeView } from './view.ts';

const WHOLE_WORLD: View = { center: [20, 25], zoom: 1.6 };

export function viewOf(map: MapLibreMap): string {
  const { lng, lat } = map.getCenter();
  return writeView(map.getZoom(), lat, lng);
}

/** That of the address, or the whole world. */
export function readView(): View {
  return parseView(address.value.v) ?? WHOLE_WORLD;
}

/** [west, south, east, north] of the enterprise; null: the server names none. */
export function boundsSaid(): [number, number, number, number] | null {
  const said = (me.value?.Map as Record<string, unknown> | undefined)?.['Bounds'];
  const isBox = Array.isArray(said) && said.length === 4 && said.every(Number.isFinite);
  return isBox ? (said as [number, number, number, number]) : null;
}

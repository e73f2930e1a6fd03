/**
 * What lies under the vehicles: the base map that the server says (GetMe.Map), in the theme and the
 * language that are chosen. Where it cannot be loaded the ground stays blank, and the vehicles are
 * on it all the same.
 */
import { computed, signal } from '@preact/signals';
import type { StyleSpecification } from 'maplibre-gl';
import { loadFile } from '../app/api.ts';
import { me, tokenNow } from '../app/session.ts';
import { isDarkNow } from '../app/settings.ts';
import { language } from '../i18n/choice.ts';
import { tokenColour } from './colours.ts';
import { gcjOfWgs, wgsOfGcj } from './gcj.ts';

/** The base map could not be loaded; the layer menu says so. */
export const baseFailed = signal(false);

const said = (name: string) => {
  const value = (me.value?.Map as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
};

/** The base map is drawn in GCJ-02, and so must be what lies on it. */
export const isGcj = computed(() => said('Coordsys').toLowerCase() === 'gcj02');

/** The base map is that of this server, which has no streets, not an operator's. */
export const isOwn = computed(() => said('Style').startsWith('/map/') && said('Raster') === '');

export const attribution = computed(() => said('Attribution'));

/** WGS-84 to what the base map is drawn in, degrees. */
export function toBase(lon: number, lat: number): [number, number] {
  return isGcj.value ? gcjOfWgs(lon, lat) : [lon, lat];
}

/** A place on the base map to WGS-84, degrees. */
export function fromBase(lon: number, lat: number): [number, number] {
  return isGcj.value ? wgsOfGcj(lon, lat) : [lon, lat];
}

/** What the base depends on: another text wants another style. */
export const baseKey = computed(
  () => `${isDarkNow() ? 'dark' : 'light'} ${language.value} ${said('Style')} ${said('Raster')}`,
);

export function blankStyle(): StyleSpecification {
  const ground = tokenColour('--map-ground');
  return {
    version: 8,
    sources: {},
    layers: [{ id: 'ground', type: 'background', paint: { 'background-color': ground } }],
  };
}

/**
 * Where the style is, '' before GetMe said so; that of this server is told in which language names
 * are to be.
 */
function stylePath(): string {
  const path = said('Style').replaceAll('{theme}', isDarkNow() ? 'dark' : 'light');
  return path.startsWith('/map/') ? `${path}?lang=${language.value}` : path;
}

/** The token, for addresses of this server alone; '' for others. */
export function tokenFor(url: string): string {
  return new URL(url, location.href).origin === location.origin ? tokenNow() : '';
}

/** The style, or a blank one; `baseFailed` says which. */
export async function loadBase(): Promise<StyleSpecification> {
  const path = stylePath();
  if (path === '') return blankStyle();
  const found = await loadFile(path, tokenFor(path)).catch(() => null);
  baseFailed.value = found === null;
  return found === null ? blankStyle() : (found as StyleSpecification);
}

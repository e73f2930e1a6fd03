/** The geofences on the map, in three levels: off, outlines, filled. Read when they are shown. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { showsBelow, withBelow } from '../app/enterprises.ts';
import { fencesVersion } from '../app/fleet.ts';
import { call, me, phase } from '../app/session.ts';
import { isGcj } from './base.ts';
import { fenceLevel } from './choice.ts';
import { MAP_FONTS, tokenColour } from './colours.ts';
import { type Fence, featureOf } from './fence_shapes.ts';
import type { Ground } from './ground.ts';
import { addOverlay } from './overlays.ts';

const SOURCE = 'fences';
const NAMES_FROM_ZOOM = 11;
const PAGE = 1000;
const PAGES_MAX = 20;

export const fences = signal<Fence[]>([]);
/** They could not be read. */
export const fencesFailed = signal(false);
/** Where a new one is to be drawn, WGS-84: the editor takes it. */
export const fenceWanted = signal<[lon: number, lat: number] | null>(null);
/** The one that the editor draws in place of this map; 0: it shows them all; null: it is closed. */
export const fenceEdited = signal<number | null>(null);
const areShown = computed(() => fenceLevel.value !== 'off' || fenceEdited.value !== null);

let drawn: Ground | null = null;
let turn = 0;

function shapes(): GeoJSON.FeatureCollection {
  const edited = fenceEdited.peek();
  const isShown = areShown.peek();
  const others = fences.peek().filter(({ PolygonID }) => isShown && PolygonID !== edited);
  const found = others.map((fence) => featureOf(fence, isGcj.peek()));
  return { type: 'FeatureCollection', features: found.filter((feature) => feature !== null) };
}

function add(ground: Ground): void {
  const colour = tokenColour('--fence');
  const isFilled = fenceLevel.peek() === 'filled';
  const isArea = ['==', ['geometry-type'], 'Polygon'] as unknown as boolean;
  const isWay = ['==', ['geometry-type'], 'LineString'] as unknown as boolean;
  const top = 22;
  const width = [
    ...['interpolate', ['exponential', 2], ['zoom']],
    ...[0, ['get', 'width'], top, ['*', ['get', 'width'], 2 ** top]],
  ] as unknown as number;
  const of = { source: SOURCE };
  ground.source(SOURCE, { type: 'geojson', data: shapes() });
  ground.layer(
    {
      ...of,
      id: 'fence-area',
      type: 'fill',
      filter: isArea,
      paint: { 'fill-color': colour, 'fill-opacity': isFilled ? 0.14 : 0.03 },
    },
    'areas',
  );
  ground.layer(
    {
      ...of,
      id: 'fence-way',
      type: 'line',
      filter: isWay,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': colour, 'line-width': width, 'line-opacity': isFilled ? 0.2 : 0.08 },
    },
    'areas',
  );
  ground.layer(
    {
      ...of,
      id: 'fence-outline',
      type: 'line',
      paint: { 'line-color': colour, 'line-width': 1.5, 'line-dasharray': [4, 2] },
    },
    'areas',
  );
  ground.layer(
    {
      ...of,
      id: 'fence-names',
      type: 'symbol',
      minzoom: NAMES_FROM_ZOOM,
      layout: {
        'text-field': ['get', 'name'],
        'text-size': 11,
        'text-font': MAP_FONTS,
      },
      paint: {
        'text-color': colour,
        'text-halo-color': tokenColour('--map-halo'),
        'text-halo-width': 1.4,
      },
    },
    'points',
  );
  drawn = ground;
}

async function readAll(): Promise<Fence[]> {
  const found: Fence[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    const paging = { PageIndex: page, PageSize: PAGE };
    const fields = { Geometry: 'simplified', ...withBelow(), ...paging };
    const { data, total } = await call('manage/ListGeofences', fields);
    found.push(...data);
    if (found.length >= total || data.length === 0) break;
  }
  return found;
}

async function read(): Promise<void> {
  const asked = ++turn;
  const found = await readAll().catch(() => null);
  if (asked !== turn) return;
  fencesFailed.value = found === null;
  if (found !== null) fences.value = found;
}

export function showFences(): () => void {
  const put = () =>
    addOverlay(SOURCE, {
      add,
      drop: () => {
        drawn = null;
      },
    });
  const ends = [
    effect(() => {
      fenceLevel.value; // the paint is another one
      return untracked(put);
    }),
    effect(() => {
      const isWanted = phase.value === 'in' && me.value?.HoldID && areShown.value;
      const isKnown = fencesVersion.value !== null;
      showsBelow.value; // those of the enterprises below, too, or no longer
      if (isWanted && isKnown) untracked(() => void read());
    }),
    effect(() => {
      fences.value;
      fenceEdited.value;
      isGcj.value;
      untracked(() => drawn?.setData(SOURCE, shapes()));
    }),
  ];
  return () => {
    turn++;
    for (const end of ends) end();
    fences.value = [];
  };
}

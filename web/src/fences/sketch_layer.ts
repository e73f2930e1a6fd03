/**
 * What terra-draw does not draw of a geofence: how wide a corridor is, the holes of a polygon, the
 * centre of a circle, and the point at which something is wrong.
 */
import { computed, effect, untracked } from '@preact/signals';
import { toBase } from '../map/base.ts';
import { tokenColour } from '../map/colours.ts';
import { pixelsAtZero } from '../map/fence_shapes.ts';
import type { Ground } from '../map/ground.ts';
import { addOverlay } from '../map/overlays.ts';
import { draft, shapeFault, shownShape } from './draft.ts';
import { closedRing, type Point } from './shape.ts';

const SOURCE = 'fence-sketch';
const TOP_ZOOM = 22;

let drawn: Ground | null = null;

/** Where something is wrong: what one sees oneself, then what the server said. */
export const faultPlace = computed<Point | null>(() => {
  const shape = shownShape.value;
  const at = shapeFault.value ?? draft.value?.fault?.at ?? null;
  if (shape === null || at === null) return null;
  const ring = at.ring === 0 ? shape.points : shape.holes[at.ring - 1];
  return ring?.[at.point] ?? null;
});

function feature(what: string, geometry: GeoJSON.Geometry, width = 0): GeoJSON.Feature {
  return { type: 'Feature', properties: { what, width }, geometry };
}

function placed(points: readonly Point[]): Point[] {
  return points.map((point) => toBase(...point));
}

function shapes(): GeoJSON.FeatureCollection {
  const shape = shownShape.value;
  const fault = faultPlace.value;
  const features: GeoJSON.Feature[] = [];
  const [first] = shape?.points ?? [];
  if (shape?.kind === 'corridor' && first && shape.points.length > 1) {
    const line = { type: 'LineString' as const, coordinates: placed(shape.points) };
    features.push(feature('band', line, pixelsAtZero(2 * shape.radiusM, first[1])));
  }
  if (shape?.kind === 'circle' && first) {
    features.push(feature('centre', { type: 'Point', coordinates: toBase(...first) }));
  }
  for (const hole of shape?.holes ?? []) {
    const ring = placed(closedRing(hole));
    features.push(feature('hole', { type: 'Polygon', coordinates: [ring] }));
  }
  if (fault) features.push(feature('fault', { type: 'Point', coordinates: toBase(...fault) }));
  return { type: 'FeatureCollection', features };
}

const is = (what: string) => ['==', ['get', 'what'], what] as unknown as boolean;

function add(ground: Ground): void {
  const fence = tokenColour('--fence');
  const width = [
    ...['interpolate', ['exponential', 2], ['zoom']],
    ...[0, ['get', 'width'], TOP_ZOOM, ['*', ['get', 'width'], 2 ** TOP_ZOOM]],
  ] as unknown as number;
  const of = { source: SOURCE };
  ground.source(SOURCE, { type: 'geojson', data: shapes() });
  ground.layer(
    {
      ...{ ...of, id: 'sketch-band', type: 'line', filter: is('band') },
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': fence, 'line-width': width, 'line-opacity': 0.2 },
    },
    'areas',
  );
  ground.layer(
    {
      ...{ ...of, id: 'sketch-hole', type: 'line', filter: is('hole') },
      paint: { 'line-color': fence, 'line-width': 2 },
    },
    'areas',
  );
  ground.layer(
    {
      ...{ ...of, id: 'sketch-centre', type: 'circle', filter: is('centre') },
      paint: { 'circle-radius': 3, 'circle-color': fence },
    },
    'points',
  );
  ground.layer(
    {
      ...{ ...of, id: 'sketch-fault', type: 'circle', filter: is('fault') },
      paint: {
        ...{ 'circle-radius': 9, 'circle-opacity': 0 },
        ...{ 'circle-stroke-color': tokenColour('--alarm'), 'circle-stroke-width': 3 },
      },
    },
    'labels',
  );
  drawn = ground;
}

export function showSketch(): () => void {
  const ends = [
    addOverlay(SOURCE, {
      add: (ground) => untracked(() => add(ground)),
      drop() {
        drawn = null;
      },
    }),
    effect(() => {
      const data = shapes();
      untracked(() => drawn?.setData(SOURCE, data));
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

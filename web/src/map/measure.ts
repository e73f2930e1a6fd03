/** Measures on the map: each click adds a point, the line and its length are shown. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { fromBase, toBase } from './base.ts';
import { tokenColour } from './colours.ts';
import type { Ground } from './ground.ts';
import { type MapClick, onMapClick } from './map.ts';
import { distanceKm } from './nearest.ts';
import { addOverlay } from './overlays.ts';

const SOURCE = 'measure';

type Point = [lon: number, lat: number];

/** WGS-84; null: nothing is measured. */
export const measured = signal<readonly Point[] | null>(null);

export const measuredKm = computed(() => {
  const points = measured.value ?? [];
  let km = 0;
  for (let at = 1; at < points.length; at++) {
    km += distanceKm(...(points[at - 1] as Point), ...(points[at] as Point));
  }
  return km;
});

function shapes(): GeoJSON.FeatureCollection {
  const coordinates = (measured.peek() ?? []).map(([lon, lat]) => toBase(lon, lat));
  const features: GeoJSON.Feature[] = coordinates.map((at) => ({
    type: 'Feature',
    properties: {},
    geometry: { type: 'Point', coordinates: at },
  }));
  if (coordinates.length > 1) {
    features.push({
      type: 'Feature',
      properties: {},
      geometry: { type: 'LineString', coordinates },
    });
  }
  return { type: 'FeatureCollection', features };
}

/** Measures until the answer is called. */
function begin(): () => void {
  let drawn: Ground | null = null;
  const ends = [
    addOverlay(SOURCE, {
      add(ground) {
        ground.source(SOURCE, { type: 'geojson', data: shapes() });
        ground.layer(
          {
            id: 'measure-line',
            type: 'line',
            source: SOURCE,
            paint: { 'line-color': tokenColour('--t1'), 'line-width': 2, 'line-dasharray': [3, 2] },
          },
          'labels',
        );
        ground.layer(
          {
            id: 'measure-points',
            type: 'circle',
            source: SOURCE,
            filter: ['==', ['geometry-type'], 'Point'],
            paint: {
              'circle-radius': 4,
              'circle-color': tokenColour('--s1'),
              'circle-stroke-color': tokenColour('--t1'),
              'circle-stroke-width': 2,
            },
          },
          'labels',
        );
        drawn = ground;
      },
      drop() {
        drawn = null;
      },
    }),
    onMapClick(({ lon, lat, isRight }: MapClick) => {
      if (!isRight) measured.value = [...(measured.peek() ?? []), fromBase(lon, lat)];
      return true;
    }),
    effect(() => {
      measured.value;
      untracked(() => drawn?.setData(SOURCE, shapes()));
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

export function showMeasure(): () => void {
  const isOn = computed(() => measured.value !== null);
  const end = effect(() => (isOn.value ? untracked(begin) : undefined));
  return () => {
    end();
    measured.value = null;
  };
}

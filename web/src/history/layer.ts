/**
 * The history on the map. What is drawn changes with the history; where the vehicles stand changes
 * with every frame of the player, and is no matter of the map's sources (heads.ts).
 */
import { effect, signal, untracked } from '@preact/signals';
import type { ExpressionSpecification, MapLibreMap } from 'maplibre-gl';
import type { Stretch } from '../i18n/day.ts';
import { isGcj, toBase } from '../map/base.ts';
import { type Box, fitBounds } from '../map/camera.ts';
import { tokenColour } from '../map/colours.ts';
import { wgsOfGcj } from '../map/gcj.ts';
import type { Ground } from '../map/ground.ts';
import { addOverlay, type MapClick, mapReady, onMapClick } from '../map/map.ts';
import { corrected } from './corrected.ts';
import {
  carOf,
  coarseFeatures,
  collection,
  correctedFeature,
  iconOf,
  joined,
  markFeatures,
  pieceFeatures,
  wayFeatures,
} from './features.ts';
import { history } from './history.ts';
import { addIcon } from './icons.ts';
import { limitKmh } from './limit.ts';
import { boxOf, nearestFix } from './pieces.ts';
import { seek, zoomed } from './play.ts';

const STEPS = [0, 1, 2, 3];
const CARS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const CLICK_PX = 14;
const ARROW_PX = 120;

let ground: Ground | null = null;
/** The entry that was clicked on the map: the list shows it. */
export const markChosen = signal(-1);

const SOURCES = [
  'history-way',
  'history-pieces',
  'history-coarse',
  'history-marks',
  'history-corrected',
];

function colours(name: string, property: string, count: number[]): ExpressionSpecification {
  const cases = count.flatMap((n) => [n, tokenColour(`--${name}-${n}`)]);
  const match: unknown = ['match', ['get', property], ...cases, tokenColour('--gap')];
  return match as ExpressionSpecification;
}

/** One vehicle by its speed, several by theirs. */
function lineColour(): ExpressionSpecification {
  const isOne = (history.peek()?.tracks.length ?? 1) === 1;
  return isOne ? colours('speed', 'step', STEPS) : colours('car', 'car', CARS);
}

function addLines(to: Ground): void {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  const isRun: ExpressionSpecification = ['==', ['get', 'kind'], 'run'];
  const isGap: ExpressionSpecification = ['==', ['get', 'kind'], 'gap'];
  const over: ExpressionSpecification = ['case', ['get', 'isOver'], 6, 4.5];
  to.layer(
    {
      ...{ id: 'history-gaps', type: 'line', source: 'history-pieces', filter: isGap },
      paint: { 'line-color': tokenColour('--t3'), 'line-width': 2, 'line-dasharray': [1.5, 2] },
    },
    'lines',
  );
  to.layer(
    {
      ...{ id: 'history-casing', type: 'line', source: 'history-pieces', filter: isRun },
      layout: round,
      paint: { 'line-color': tokenColour('--casing'), 'line-width': ['+', over, 3.5] },
    },
    'lines',
  );
  to.layer(
    {
      ...{ id: 'history-runs', type: 'line', source: 'history-pieces', filter: isRun },
      layout: round,
      paint: { 'line-color': lineColour(), 'line-width': over },
    },
    'lines',
  );
  to.layer(
    {
      ...{ id: 'history-corrected', type: 'line', source: 'history-corrected' },
      layout: round,
      paint: { 'line-color': tokenColour('--t1'), 'line-width': 1.5 },
    },
    'lines',
  );
}

function addPoints(to: Ground): void {
  to.layer(
    {
      ...{ id: 'history-arrows', type: 'symbol', source: 'history-way' },
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': ARROW_PX,
        'icon-image': 'history-arrow',
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
    'points',
  );
  to.layer(
    {
      ...{ id: 'history-coarse', type: 'circle', source: 'history-coarse' },
      paint: {
        'circle-radius': 5,
        'circle-color': 'transparent',
        'circle-stroke-width': 2,
        'circle-stroke-color': tokenColour('--t2'),
      },
    },
    'points',
  );
  to.layer(
    {
      ...{ id: 'history-marks', type: 'symbol', source: 'history-marks' },
      layout: {
        'icon-image': ['get', 'icon'],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['get', 'order'],
      },
    },
    'points',
  );
}

function put(lon: number, lat: number): [number, number] {
  return toBase(lon, lat);
}

/** What all sources show now. */
function draw(to: Ground): void {
  const shown = history.value;
  const limit = limitKmh.value;
  const path = corrected.value;
  isGcj.value;
  const tracks = shown?.tracks ?? [];
  const all = [
    joined(tracks.map((track, car) => wayFeatures(track, car, put))),
    joined(tracks.map((track, car) => pieceFeatures(track, car, put, limit))),
    joined(tracks.map((track, car) => coarseFeatures(track, car, put))),
    markFeatures(shown?.entries ?? [], shown?.ids ?? [], put),
    Array.isArray(path) ? correctedFeature(path, wgsOfGcj, put) : collection(),
  ];
  for (const entry of shown?.entries ?? []) {
    const car = carOf(entry.id, shown?.ids ?? []);
    if (entry.kind !== 'trip') addIcon(to.map, iconOf(entry, car));
  }
  to.map.setPaintProperty('history-runs', 'line-color', lineColour());
  for (const [i, data] of all.entries()) to.setData(SOURCES[i] as string, data);
}

/** Shows a stretch of time on the map: all of it, or a part. */
export function fitTime({ fromS, toS }: Stretch): void {
  const box = boxOf(history.peek()?.tracks ?? [], fromS, toS);
  if (box === null) return;
  const [west, south] = put(box[0], box[1]);
  const [east, north] = put(box[2], box[3]);
  fitBounds([west, south, east, north] satisfies Box);
}

/** Shows all of the tracks on the map again, whatever was moved or zoomed. */
export function fitShown(): void {
  const shown = history.peek();
  if (shown !== null) fitTime(shown);
}

function takeMark(map: MapLibreMap, { x, y }: MapClick): boolean {
  if (!map.getLayer('history-marks')) return false;
  const [found] = map.queryRenderedFeatures([x, y], { layers: ['history-marks'] });
  const at = Number(found?.properties?.['at'] ?? -1);
  const entry = history.peek()?.entries[at];
  if (!entry) return false;
  markChosen.value = at;
  seek(entry.fromS);
  return true;
}

/** A click on the track goes to the time at which the vehicle was there. */
function takeClick(click: MapClick): boolean {
  const map = mapReady.peek();
  const shown = history.peek();
  if (click.isRight || map === null || shown === null) return false;
  if (takeMark(map, click)) return true;
  const project = (lon: number, lat: number) => map.project(put(lon, lat));
  const near = nearestFix(shown.tracks, project, click);
  if (near === null || near.pixels > CLICK_PX) return false;
  seek(near.track.columns.t[near.index] as number);
  return true;
}

/** Fits each history that is another than before, as soon as there are fixes and a map. */
function followFit(): () => void {
  let fitted = '';
  return effect(() => {
    const shown = history.value;
    const isReady = mapReady.value !== null;
    if (!isReady || shown === null || shown.tracks.every(({ count }) => count === 0)) return;
    const key = [shown.from, shown.to, ...shown.ids].join(' ');
    if (key === fitted) return;
    fitted = key;
    markChosen.value = -1; // was one of the history before
    untracked(() => fitTime(shown));
  });
}

/** While the page is shown; the answer takes all off again. */
export function showOnMap(): () => void {
  const version = signal(0);
  const ends = [
    addOverlay('history', {
      add(made) {
        ground = made;
        for (const id of SOURCES) made.source(id, { type: 'geojson', data: collection() });
        addIcon(made.map, 'history-arrow');
        addLines(made);
        addPoints(made);
        version.value++;
      },
      drop() {
        ground = null;
      },
    }),
    effect(() => {
      version.value;
      if (ground) draw(ground);
    }),
    followFit(),
    onMapClick(takeClick),
    effect(() => {
      const part = zoomed.value;
      if (part !== null) untracked(() => fitTime(part));
    }),
  ];
  return () => {
    for (const end of ends.reverse()) end();
  };
}

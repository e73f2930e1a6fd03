import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  carOf,
  coarseFeatures,
  correctedFeature,
  iconOf,
  markFeatures,
  pieceFeatures,
  wayFeatures,
} from './features.ts';
import type { Entry } from './spans.ts';
import { emptyTrack, type Track, withSlices } from './track.ts';

const same = (lon: number, lat: number): [number, number] => [lon, lat];

function trackOf(columns: Record<string, (number | null)[]>): Track {
  const slice = { DeviceID: '1', VehicleNum: '', Fixes: null, Thinned: false, columns };
  return withSlices(emptyTrack('1', ''), [slice]);
}

const lines = ({ features }: GeoJSON.FeatureCollection) =>
  features.map(({ geometry }) => (geometry as GeoJSON.LineString).coordinates);

const track = trackOf({
  t: [0, 10, 20, 900, 910],
  x: [0, 1e6, 2e6, 3e6, 4e6],
  y: [0, 0, 0, 0, 0],
  v: [500, 500, 800, 100, 100],
  f: [0, 0, 0, 0, 0],
});

test('pieces follow one another, by speed and over gaps', () => {
  const made = pieceFeatures(track, 2, same, Number.NaN);
  assert.deepEqual(
    made.features.map(({ properties }) => [properties?.['kind'], properties?.['step']]),
    [
      ['run', 1],
      ['run', 2],
      ['gap', 0],
      ['run', 0],
    ],
  );
  assert.equal(made.features[0]?.properties?.['car'], 2);
  assert.deepEqual(lines(made)[2], [
    [2, 0],
    [3, 0],
  ]);
});

test('ways are whole between gaps', () => {
  assert.deepEqual(
    lines(wayFeatures(track, 0, same)).map((line) => line.length),
    [3, 2],
  );
  assert.deepEqual(wayFeatures(emptyTrack('1', ''), 0, same).features, []);
});

test('a line over the date line goes on beyond it, both ways', () => {
  const over = trackOf({ t: [0, 10, 20], x: [179.5e6, -179.5e6, 179.5e6], y: [0, 0, 0] });
  const longitudes = lines(wayFeatures(over, 0, same))[0]?.map(([lon]) => lon);
  assert.deepEqual(longitudes, [179.5, 180.5, 179.5]);
});

test('places that are not told are left out', () => {
  const part = trackOf({ t: [0, 10, 20], x: [0, null, 2e6], y: [0, null, 0], f: [1, 0, 1] });
  assert.deepEqual(lines(wayFeatures(part, 0, same)), [
    [
      [0, 0],
      [2, 0],
    ],
  ]);
  assert.equal(coarseFeatures(part, 0, same).features.length, 2);
});

test('stops have numbers, and colours among several vehicles', () => {
  const entry = { kind: 'stop', number: 3, id: 'b', lon: 1, lat: 2 } as Entry;
  const alarm = { ...entry, kind: 'alarm', lon: Number.NaN } as Entry;
  assert.equal(iconOf(entry, carOf('b', ['b'])), 'history-stop-3');
  assert.equal(iconOf({ ...entry, kind: 'idle' }, carOf('b', ['a', 'b'])), 'history-idle-3-1');
  const marks = markFeatures([{ ...entry, kind: 'trip' }, alarm, entry], ['b'], same);
  assert.deepEqual(
    marks.features.map(({ properties }) => properties?.['at']),
    [2],
  );
});

test('a corrected path is made WGS-84, and then of the base map', () => {
  const path = [
    { x: '10', y: '20' },
    { x: '11', y: '21' },
  ];
  const made = correctedFeature(
    path,
    (lon, lat) => [lon - 1, lat - 1],
    (lon, lat) => [lon * 2, lat * 2],
  );
  assert.deepEqual(lines(made), [
    [
      [18, 38],
      [20, 40],
    ],
  ]);
  assert.deepEqual(correctedFeature(path.slice(1), same, same).features, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { FEATURES_MAX, type Found, readFeatures, type Sketch, writeFeatures } from './features.ts';
import { featuresOfKml, writeKml } from './kml.ts';
import type { Point } from './shape.ts';

const SIZES = { radiusM: 200, widthM: 100 };

const ring: Point[] = [
  [13, 52],
  [14, 52],
  [14, 53],
];
const sketches: Sketch[] = [
  {
    name: 'Depot <1> & "yard"',
    shape: { kind: 'circle', points: [[13.405, 52.52]], holes: [], radiusM: 150 },
    ...{ alarmOn: 'enter', dwellS: 60 },
  },
  {
    name: 'Route 7',
    shape: { kind: 'corridor', points: ring, holes: [], radiusM: 25 },
    ...{ alarmOn: 'none', dwellS: 0 },
  },
  {
    name: '港口',
    shape: {
      kind: 'polygon',
      points: ring,
      holes: [
        [
          [13.5, 52.2],
          [13.8, 52.2],
          [13.8, 52.4],
        ],
      ],
      radiusM: 0,
    },
    ...{ alarmOn: 'both', dwellS: 0 },
  },
];

function kmlOf(text: string): Found[] | null {
  const document = new DOMParser().parseFromString(text, 'text/xml') as unknown as Document;
  const features = featuresOfKml(document);
  return features && readFeatures(features, SIZES);
}

function faults(value: unknown): unknown[] {
  return readFeatures(value, SIZES)?.map(({ fault }) => fault) ?? [];
}

test('what is exported comes back as it was, from GeoJSON and from KML', () => {
  const found = readFeatures(JSON.parse(writeFeatures(sketches)), SIZES);
  assert.deepEqual(
    found?.map(({ sketch }) => sketch),
    sketches,
  );
  assert.ok(found?.every(({ fault, isNamed, isSized }) => fault === null && isNamed && isSized));
  const again = kmlOf(writeKml(sketches));
  assert.deepEqual(
    again?.map(({ sketch }) => sketch),
    sketches,
  );
});

test('each feature tells for itself what is wrong with it', () => {
  const bow = [
    [0, 0],
    [1, 1],
    [1, 0],
    [0, 1],
    [0, 0],
  ];
  const features = [
    { type: 'Feature', properties: null, geometry: null },
    { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [bow] } },
    { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [[['a', 1]]] } },
    { type: 'Feature', properties: {}, geometry: { type: 'Circle', coordinates: [1, 2] } },
    { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: 'x' } },
    'what is this',
    {
      type: 'Feature',
      properties: { radius_m: -5 },
      geometry: { type: 'Point', coordinates: [1, 2] },
    },
    { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [1, 92] } },
  ];
  assert.deepEqual(faults({ type: 'FeatureCollection', features }), [
    'noShape',
    { kind: 'crossed', ring: 0, point: 0 },
    'badCoordinates',
    'noShape',
    'badCoordinates',
    'noShape',
    { kind: 'radius', ring: 0, point: 0 },
    { kind: 'coordinate', ring: 0, point: 0 },
  ]);
  for (const none of [null, 3, [], {}, { type: 'FeatureCollection' }]) {
    assert.equal(readFeatures(none, SIZES), null);
  }
});

test('points and lines of other programs take the size that is asked for', () => {
  const point = { type: 'Point', coordinates: [1, 2, 300] };
  const line = {
    type: 'LineString',
    coordinates: [
      [1, 2],
      [3, 4],
    ],
  };
  const found = readFeatures({ type: 'GeometryCollection', geometries: [point, line] }, SIZES);
  assert.deepEqual(
    found?.map(({ sketch, isSized }) => [sketch.shape.kind, sketch.shape.radiusM, isSized]),
    [
      ['circle', 200, false],
      ['corridor', 50, false],
    ],
  );
});

test('a feature of many shapes becomes many, and a file may not hold too many', () => {
  const square = (west: number) => [
    [
      [west, 0],
      [west + 1, 0],
      [west + 1, 1],
      [west, 0],
    ],
  ];
  const many = {
    ...{ type: 'Feature', properties: { name: 'Isles' } },
    geometry: { type: 'MultiPolygon', coordinates: [square(0), square(5)] },
  };
  const names = readFeatures(many, SIZES)?.map(({ sketch }) => sketch.name);
  assert.deepEqual(names, ['Isles 1', 'Isles 2']);
  const features = Array.from({ length: FEATURES_MAX + 50 }, () => many);
  const found = readFeatures({ type: 'FeatureCollection', features }, SIZES);
  assert.equal(found?.length, FEATURES_MAX + 1, 'one more than may be, so that it can be told');
});

test('KML of another program', () => {
  const found = kmlOf(`<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
    <Folder><Placemark><name>Yard</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
      13,52,0 14,52,0 14,53,0 13,52,0 </coordinates></LinearRing></outerBoundaryIs></Polygon>
    </Placemark></Folder>
    <Placemark><name>Nothing</name></Placemark></Document></kml>`);
  assert.equal(found?.length, 2);
  assert.equal(found[0]?.sketch.name, 'Yard');
  assert.deepEqual(found[0]?.sketch.shape.points, ring);
  assert.equal(found[1]?.fault, 'noShape');
  assert.equal(kmlOf('<gpx><trk/></gpx>'), null);
});

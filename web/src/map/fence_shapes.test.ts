import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fence, featureOf, pixelsAtZero } from './fence_shapes.ts';
import { gcjOfWgs } from './gcj.ts';
import { distanceKm } from './nearest.ts';

const fence = (more: Partial<Fence>): Fence => ({
  PolygonID: 1,
  RegionName: 'Depot',
  Shape: 'polygon',
  Points: null,
  Holes: null,
  Radius: null,
  Coordsys: 'wgs84',
  ...more,
});

function polygonOf(feature: GeoJSON.Feature | null): GeoJSON.Position[][] {
  return feature?.geometry.type === 'Polygon' ? feature.geometry.coordinates : [];
}

const SQUARE = [
  [10, 50],
  [11, 50],
  [11, 51],
];

test('a polygon is closed, with its holes', () => {
  const feature = featureOf(fence({ Points: SQUARE, Holes: [SQUARE] }), false);
  assert.equal(feature?.geometry.type, 'Polygon');
  const coordinates = polygonOf(feature);
  assert.equal(coordinates.length, 2);
  assert.deepEqual(coordinates[0]?.at(-1), [10, 50]);
});

test('a circle is as wide as its radius', () => {
  const feature = featureOf(fence({ Shape: 'circle', Points: [[13.4, 52.5]], Radius: 500 }), false);
  const [ring] = polygonOf(feature);
  for (const [lon, lat] of ring ?? []) {
    const off = distanceKm(13.4, 52.5, lon as number, lat as number);
    assert.ok(Math.abs(off - 0.5) < 0.002, String(off));
  }
});

test('a corridor is a line with a width', () => {
  const feature = featureOf(fence({ Shape: 'corridor', Points: SQUARE, Radius: 50 }), false);
  assert.equal(feature?.geometry.type, 'LineString');
  assert.equal(feature?.properties?.['width'], pixelsAtZero(100, 50));
});

test('an edge over the 180th meridian goes the short way', () => {
  const points = [
    [179, 0],
    [-179, 0],
    [-179, 1],
  ];
  const feature = featureOf(fence({ Points: points }), false);
  const [ring] = polygonOf(feature);
  assert.deepEqual(
    ring?.map(([lon]) => lon),
    [179, 181, 181, 179],
  );
});

test('points go to what the base map is drawn in', () => {
  const there = { Shape: 'circle', Points: [[114.06, 22.54]], Radius: 0 };
  const first = (of: Partial<Fence>, isGcj: boolean) =>
    polygonOf(featureOf(fence(of), isGcj))[0]?.[0];
  assert.deepEqual(first(there, true), gcjOfWgs(114.06, 22.54));
  assert.deepEqual(first({ ...there, Coordsys: 'gcj02' }, true), [114.06, 22.54]);
});

test('one without points is not drawn', () => {
  assert.equal(featureOf(fence({}), false), null);
  assert.equal(featureOf(fence({ Points: [['x', 'y']] }), false), null);
});

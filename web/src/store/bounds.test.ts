import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundsOf, middleOf } from './bounds.ts';

function around(points: number[][] | null, radius: number | null = null, system = 'wgs84') {
  return boundsOf({ Points: points, Radius: radius, Coordsys: system });
}

test('a box holds all points, and what is around them', () => {
  const square = [
    [13, 52],
    [14, 52],
    [14, 53],
  ];
  assert.deepEqual(around(square), [13, 52, 14, 53]);
  const circle = around([[13, 60]], 11_132) ?? [0, 0, 0, 0];
  assert.deepEqual(
    circle.map((degrees) => degrees.toFixed(3)),
    ['12.800', '59.900', '13.200', '60.100'],
  );
  assert.deepEqual(middleOf(circle), { lon: 13, lat: 60 });
});

test('a box lies across the 180th meridian, and holds a shape that is drawn in GCJ-02', () => {
  assert.deepEqual(
    around([
      [179, -17],
      [-179, -16],
    ]),
    [179, -17, 181, -16],
  );
  const [west = 0, south = 0] = around([[114, 22]], null, 'gcj02') ?? [];
  assert.ok(west < 113.994 && south < 21.994);
});

test('without points there is no box', () => {
  assert.equal(around(null), null);
  assert.equal(around([]), null);
});

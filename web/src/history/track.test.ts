import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOf, coarseOf, nearestFix, piecesOf, speedStep } from './pieces.ts';
import {
  emptyTrack,
  indexAt,
  newerOf,
  placeAt,
  type Slice,
  type Track,
  withSlices,
} from './track.ts';

function slice(columns: Record<string, (number | null)[]>, fixes: number | null = null): Slice {
  return { DeviceID: '1', VehicleNum: 'Alpha', Fixes: fixes, Thinned: false, columns };
}

/** Fixes 10 s apart from 1000 on, unless times are said; eastwards along the equator. */
function trackOf(v: number[], more: Record<string, (number | null)[]> = {}): Track {
  const t = v.map((_, i) => 1000 + i * 10);
  const x = v.map((_, i) => i * 1000);
  const y = v.map(() => 0);
  return withSlices(emptyTrack('1', ''), [slice({ t, x, y, v, s: v.map(() => 3), ...more })]);
}

test('slices are put one behind the other, and in front of later ones', () => {
  const late = withSlices(emptyTrack('1', 'A'), [slice({ t: [50, 60], v: [5, null] }, 9)]);
  const all = withSlices(late, [
    slice({ t: [10, 20], v: [1, 2] }, 3),
    slice({ t: [30], v: [3] }, 3),
  ]);
  assert.deepEqual([...all.columns.t], [10, 20, 30, 50, 60]);
  assert.deepEqual([...all.columns.v], [1, 2, 3, 5, Number.NaN]);
  assert.deepEqual([...all.columns.alt], new Array(5).fill(Number.NaN));
  assert.equal(all.fixes, 12);
  assert.equal(all.plate, 'Alpha');
  assert.equal(withSlices(all, []).count, 5);
});

test('what comes later is put behind, without what is there already', () => {
  const track = trackOf([1, 2]);
  const more = slice({ t: [1000, 1010, 1020, 1030], v: [1, 2, 3, null], x: [0, 0, 5, 6] }, 4);
  const newer = newerOf(more, 1010);
  assert.equal(newer.Fixes, 2);
  const all = withSlices(track, [newer], true);
  assert.deepEqual([...all.columns.t], [1000, 1010, 1020, 1030]);
  assert.deepEqual([...all.columns.v], [1, 2, 3, Number.NaN]);
  assert.deepEqual([...all.columns.y], [0, 0, Number.NaN, Number.NaN]);
  assert.equal(withSlices(track, [newerOf(more, 5000)], true).count, 2);
});

test('the last fix at or before a time', () => {
  const track = trackOf([1, 2, 3]);
  const found = [999, 1000, 1009, 1010, 1020, 5000].map((atS) => indexAt(track, atS));
  assert.deepEqual(found, [-1, 0, 0, 1, 2, 2]);
});

test('a place is on the line between two fixes, and stays in a gap', () => {
  const track = trackOf([100, 100, 100], { t: [1000, 1010, 2000], d: [90, null, null] });
  assert.equal(placeAt(track, 999), null);
  const between = placeAt(track, 1005);
  assert.ok(Math.abs((between?.lon ?? 0) - 0.0005) < 1e-9);
  assert.deepEqual([between?.course, between?.index, between?.isGap], [90, 0, false]);
  const gap = placeAt(track, 1500);
  assert.equal(gap?.lon.toFixed(9), '0.001000000');
  assert.equal(gap?.isGap, true);
  assert.equal(Math.round(gap?.course ?? 0), 90);
  assert.equal(placeAt(track, 9999)?.index, 2);
});

test('a place goes over the date line the short way', () => {
  const track = trackOf([1, 1], { x: [179_999_000, -179_999_000] });
  assert.ok(Math.abs(Math.abs(placeAt(track, 1005)?.lon ?? 0) - 180) < 1e-9);
  assert.ok(Math.abs((placeAt(track, 1007.5)?.lon ?? 0) + 179.9995) < 1e-6);
});

test('speeds have four steps', () => {
  assert.deepEqual([Number.NaN, 0, 399, 400, 699, 700, 899, 900, 2000].map(speedStep), [
    ...[0, 0, 0, 1, 1, 2, 2, 3, 3],
  ]);
});

test('pieces are runs of a step, gaps where nothing is known', () => {
  const track = trackOf([100, 100, 500, 500, 950, 950], {
    t: [0, 10, 20, 321, 331, 341],
    f: [0, 0, 0, 0, 0, 1],
  });
  const pieces = piecesOf(track, 90).map(({ kind, step, isOver, from, to }) => {
    return [kind, step, isOver, from, to];
  });
  assert.deepEqual(pieces, [
    ['run', 0, false, 0, 1],
    ['run', 1, false, 1, 2],
    ['gap', 0, false, 2, 3],
    ['run', 3, true, 3, 4],
    ['gap', 0, false, 4, 5],
  ]);
  assert.deepEqual(coarseOf(track), [5]);
  assert.deepEqual(piecesOf(trackOf([1])), []);
});

test('a stretch has a box, a click the nearest fix', () => {
  const track = trackOf([1, 1, 1, 1]);
  assert.deepEqual(boxOf([track], 1010, 1020), [0.001, 0, 0.002, 0]);
  assert.equal(boxOf([track], 0, 1), null);
  const project = (lon: number, lat: number) => ({ x: lon * 10_000, y: lat });
  const near = nearestFix([track], project, { x: 19, y: 3 });
  assert.equal(near?.index, 2);
  assert.equal(Math.round(near?.pixels ?? 0), 3);
  assert.equal(nearestFix([emptyTrack('1', '')], project, { x: 0, y: 0 }), null);
});

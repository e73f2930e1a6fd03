import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../store/fleet.ts';
import { distanceKm, nearestTo } from './nearest.ts';

test('distances are those of the great circle', () => {
  assert.equal(distanceKm(13.405, 52.52, 13.405, 52.52), 0);
  assert.equal(Math.round(distanceKm(13.405, 52.52, 114.06, 22.54)), 8723);
  assert.equal(Math.round(distanceKm(179.9, 0, -179.9, 0)), 22);
});

test('the nearest that are online, in order', () => {
  const fleet = new Fleet();
  fleet.add({
    i: [1, 2, 3, 4, 5],
    x: [10_300_000, 10_100_000, 10_200_000, 10_000_000, null],
    y: [50_000_000, 50_000_000, 50_000_000, 50_000_000, null],
    s: [3, 3, 1, 3, 3],
    u: [100, 100, 100, 10, 100],
  });
  fleet.refresh(50);
  const found = nearestTo(fleet, Int32Array.from([0, 1, 2, 3, 4]), 10, 50, 2);
  assert.deepEqual(
    found.map(({ slot }) => slot),
    [1, 2],
  );
  assert.equal((found[0]?.km ?? 0).toFixed(2), '7.15');
});

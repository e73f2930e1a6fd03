import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../store/fleet.ts';
import { latOf, lonOf, mercatorX, mercatorY } from './mercator.ts';
import { PLACE_FLOATS, Positions } from './positions.ts';

function fleetAt(x: number, y: number): Fleet {
  const fleet = new Fleet();
  fleet.add({ i: [7], x: [x], y: [y], d: [90], s: [3] });
  return fleet;
}

const at = (positions: Positions, part: number) => {
  const o = part * 4;
  const p = positions.places;
  return (p[o] as number) + (p[o + 2] as number);
};

test('Mercator there and back', () => {
  for (const lat of [-85, -30, 0, 22.5431, 70]) {
    assert.ok(Math.abs(latOf(mercatorY(lat)) - lat) < 1e-9);
  }
  assert.equal(lonOf(mercatorX(114.0579)).toFixed(9), '114.057900000');
  assert.equal(mercatorY(90), mercatorY(85.0511287798066));
});

test('two numbers of 32 bits hold a place to a millimetre', () => {
  const positions = new Positions();
  positions.update(fleetAt(114_057_900, 22_543_100), 0, true, null);
  assert.ok(Math.abs(at(positions, 1) - mercatorX(114.0579)) < 2.5e-11);
  assert.equal(PLACE_FLOATS, 8);
});

test('a drive is shown from where it was, a jump and a first place are not', () => {
  const fleet = fleetAt(10_000_000, 50_000_000);
  const positions = new Positions();
  assert.ok(positions.update(fleet, 1000, true, null));
  assert.equal(at(positions, 0), at(positions, 1));
  fleet.change({ i: [7], x: [10_001_000], y: [50_000_000] });
  assert.ok(positions.update(fleet, 2000, true, null));
  assert.ok(Math.abs(at(positions, 0) - mercatorX(10)) < 1e-10);
  assert.equal(positions.times[0], 2000);
  fleet.change({ i: [7], x: [11_000_000], y: [50_000_000] });
  positions.update(fleet, 3000, true, null);
  assert.equal(at(positions, 0), at(positions, 1));
});

test('nothing moves where nothing changed, or motion is not wanted', () => {
  const fleet = fleetAt(10_000_000, 50_000_000);
  const positions = new Positions();
  positions.update(fleet, 1000, false, null);
  fleet.change({ i: [7], v: [300] });
  assert.ok(!positions.update(fleet, 2000, false, null));
  fleet.change({ i: [7], x: [10_001_000], y: [50_000_000] });
  positions.update(fleet, 3000, false, null);
  assert.equal(at(positions, 0), at(positions, 1));
});

test('who reports where it stands has not moved, and looks where it looks now', () => {
  const fleet = new Fleet();
  const y = 50_000_000;
  fleet.add({ i: [1, 2, 3], x: [10_000_000, 11_000_000, null], y: [y, y, null], d: [5, 5, 5] });
  const positions = new Positions();
  positions.update(fleet, 1000, true, null);
  fleet.change({ i: [1, 2], x: [10_000_000, 11_001_000], y: [y, y], d: [90, 90] });
  assert.ok(positions.update(fleet, 2000, true, null));
  assert.deepEqual([positions.courses[0], positions.courses[1]], [90, 90]);
  assert.deepEqual([positions.times[0], positions.times[1]], [-1e9, 2000]);
  assert.ok(!positions.update(fleet, 3000, true, null));
});

test('a slot that another vehicle has now begins anew, and so does another projection', () => {
  const fleet = fleetAt(10_000_000, 50_000_000);
  const positions = new Positions();
  positions.update(fleet, 1000, true, null);
  fleet.replace({ i: [8], x: [10_001_000], y: [50_000_000] });
  positions.update(fleet, 2000, true, null);
  assert.equal(at(positions, 0), at(positions, 1));
  positions.reset();
  positions.update(fleet, 3000, true, (lon, lat) => [lon + 1, lat]);
  assert.ok(Math.abs((positions.x[0] as number) - mercatorX(11.001)) < 1e-12);
});

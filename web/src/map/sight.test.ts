import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../store/fleet.ts';
import { Positions } from './positions.ts';
import { areOnTheWay, Sight } from './sight.ts';
import type { Window } from './window.ts';

const WORLD: Window = { x: 0, y: 0, width: 1, height: 1, scale: 512 };
const SLOTS = Int32Array.from([0, 1, 2, 3]);

/** Two at 10° east, one at 20°, one without a place. */
function fourVehicles() {
  const fleet = new Fleet();
  const y = 50_000_000;
  const x = [10_000_000, 10_000_000, 20_000_000, null];
  fleet.add({ i: [1, 2, 3, 4], x, y: [y, y, y, null] });
  const positions = new Positions();
  positions.update(fleet, 0, true, null);
  return { fleet, positions };
}

test('those in sight are counted', () => {
  const { positions } = fourVehicles();
  const sight = new Sight();
  assert.equal(sight.of(SLOTS, positions, WORLD, true), 3);
  assert.equal(sight.of(SLOTS, positions, { ...WORLD, width: 0.54 }, false), 2);
  const others = SLOTS.subarray(1);
  assert.equal(sight.of(others, positions, { ...WORLD, width: 0.54 }, false), 1);
  assert.equal(sight.of(new Int32Array(), positions, WORLD, false), 0);
});

test('those that drive in and out are counted as they do, and no others', () => {
  const { fleet, positions } = fourVehicles();
  const sight = new Sight();
  const west = { ...WORLD, width: 0.54 };
  const slots = SLOTS.subarray(1);
  assert.equal(sight.of(slots, positions, west, true), 1);
  const driveTo = (i: number[], x: (number | null)[]) => {
    fleet.change({ i, x, y: x.map((to) => (to === null ? null : 50_000_000)) });
    return sight.of(slots, positions, west, positions.update(fleet, 1000, true, null));
  };
  assert.equal(driveTo([2, 3], [30_000_000, 10_000_000]), 1);
  assert.equal(driveTo([4], [11_000_000]), 2, 'it has a place now');
  assert.equal(driveTo([1], [40_000_000]), 2, 'it is none of them');
  assert.equal(driveTo([3, 4], [10_500_000, null]), 1, 'it has none any more');
  assert.equal(sight.of(slots, positions, WORLD, false), 2);
});

test('the map moves only while a vehicle in sight does', () => {
  const { fleet, positions } = fourVehicles();
  fleet.change({ i: [1], x: [10_001_000], y: [50_000_000] });
  positions.update(fleet, 5000, true, null);
  assert.ok(areOnTheWay(SLOTS, positions, WORLD, 5000));
  assert.ok(!areOnTheWay(SLOTS, positions, { ...WORLD, x: 0.54, width: 0.1 }, 5000));
  assert.ok(!areOnTheWay(SLOTS, positions, WORLD, 6000));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../store/fleet.ts';
import { ALARM, MOVING } from '../store/state.ts';
import { Positions } from './positions.ts';
import { areOnTheWay, chooseShown, countIn } from './shown.ts';

const NOW = 1_000_000;
const DAYS_S = 86_400;

/** Moves, long gone, long gone in alarm, never there. */
function fourVehicles() {
  const fleet = new Fleet();
  fleet.add({
    i: [1, 2, 3, 4],
    x: [10_000_000, 10_000_000, 20_000_000, null],
    y: [50_000_000, 50_000_000, 50_000_000, null],
    s: [3, 1, 1, 0],
    u: [NOW, 0, 0, 0],
    t: [NOW, NOW - 3 * DAYS_S, NOW - 3 * DAYS_S, null],
    a: [[], [], [3], []],
  });
  fleet.refresh(NOW);
  const positions = new Positions();
  positions.update(fleet, 0, true, null);
  return { fleet, positions };
}

const SLOTS = Int32Array.from([0, 1, 2, 3]);
const WORLD = { x: 0, y: 0, width: 1, height: 1, scale: 512 };
const ALL = { onlyAlarms: false, hasLongGone: true, now: NOW };

function choose(wanted: Partial<typeof ALL>) {
  const { fleet, positions } = fourVehicles();
  const drawn = new Uint8Array(4);
  const kept = new Uint8Array(4);
  const shown = chooseShown(fleet, SLOTS, positions.x, { ...ALL, ...wanted }, drawn, kept);
  return { shown: [...shown], drawn, kept };
}

test('those with a place are shown, and an alarm is never gathered', () => {
  const { shown, drawn, kept } = choose({});
  assert.deepEqual(shown, [0, 1, 2]);
  assert.deepEqual([drawn[0], drawn[2]], [MOVING, ALARM]);
  assert.deepEqual([...kept], [0, 0, 1, 0]);
});

test('long gone ones may be left out, but for those in alarm', () => {
  assert.deepEqual(choose({ hasLongGone: false }).shown, [0, 2]);
  assert.deepEqual(choose({ onlyAlarms: true }).shown, [2]);
});

test('those in sight are counted', () => {
  const { positions } = fourVehicles();
  const { x, y } = positions;
  assert.equal(countIn(SLOTS, x, y, WORLD), 3);
  assert.equal(countIn(SLOTS, x, y, { ...WORLD, width: 0.54 }), 2);
});

test('the map moves only while a vehicle in sight does', () => {
  const { fleet, positions } = fourVehicles();
  fleet.change({ i: [1], x: [10_001_000], y: [50_000_000] });
  positions.update(fleet, 5000, true, null);
  assert.ok(areOnTheWay(SLOTS, positions, WORLD, 5000));
  assert.ok(!areOnTheWay(SLOTS, positions, { ...WORLD, x: 0.54, width: 0.1 }, 5000));
  assert.ok(!areOnTheWay(SLOTS, positions, WORLD, 6000));
});

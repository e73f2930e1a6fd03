import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALARM, IDLE, MOVING, OFFLINE, PARKED } from '../store/state.ts';
import { DrawOrder } from './order.ts';

const NONE = { selected: -1, followed: new Set<number>() };
const state = Uint8Array.from([ALARM, MOVING, IDLE, OFFLINE, PARKED, PARKED]);
const slots = Int32Array.from([0, 1, 2, 3, 4, 5]);
const names = Int32Array.from([-1, 0]);
const alone = { cells: new Int32Array(6).fill(-1), names, version: 1 };
const drawOrder = (...asked: Parameters<DrawOrder['of']>) => new DrawOrder().of(...asked);
const x = new Float64Array(6);

test('the most urgent is drawn last', () => {
  assert.deepEqual([...drawOrder(slots, alone, x, state, NONE)], [4, 5, 3, 2, 1, 0]);
});

test('what is followed covers alarms, and what is selected covers all', () => {
  const urgent = { selected: 4, followed: new Set([3]) };
  assert.deepEqual([...drawOrder(slots, alone, x, state, urgent)], [5, 2, 1, 0, 3, 4]);
});

test('what is in a cluster or has no place is not drawn', () => {
  const of = { cells: Int32Array.from([-1, 1, 1, 0, 0, -1]), names, version: 1 };
  const places = Float64Array.from([0, 0, 0, Number.NaN, 0, 0]);
  assert.deepEqual([...drawOrder(slots, of, places, state, NONE)], [4, 5, 0]);
});

test('who is asked again sees other clusters, slots and states', () => {
  const order = new DrawOrder();
  const of = { cells: Int32Array.from([-1, 1, 1, 0, 0, -1]), names, version: 1 };
  const now = state.slice();
  assert.deepEqual([...order.of(slots, of, x, now, NONE)], [4, 5, 3, 0]);
  now[5] = MOVING;
  assert.deepEqual([...order.of(slots, of, x, now, NONE)], [4, 3, 5, 0]);
  of.cells.fill(-1);
  of.version++;
  assert.deepEqual([...order.of(slots, of, x, now, NONE)], [4, 3, 2, 1, 5, 0]);
  assert.deepEqual([...order.of(slots.subarray(1, 3), of, x, now, NONE)], [2, 1]);
});

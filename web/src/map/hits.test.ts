import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discAt, hitsAt, pixelOf } from './hits.ts';

const window = { x: 0.9, y: 0, width: 0.2, height: 0.2, scale: 1000 };
const xs = Float64Array.from([0.95, 0.953, 0.05, 0.5]);
const ys = Float64Array.from([0.1, 0.1, 0.1, 0.1]);
const order = Int32Array.from([3, 2, 1, 0]);

test('the copy of the world that is in the window counts', () => {
  assert.deepEqual(pixelOf(window, 0.05, 0.1).map(Math.round), [150, 100]);
  assert.deepEqual(hitsAt(order, xs, ys, window, [150, 100], 10), [2]);
});

test('the nearest comes first, what is out of reach not at all', () => {
  assert.deepEqual(hitsAt(order, xs, ys, window, [52, 100], 10), [1, 0]);
  assert.deepEqual(hitsAt(order, xs, ys, window, [52, 100], 1.5), [1]);
  assert.deepEqual(hitsAt(order, xs, ys, window, [300, 300], 10), []);
});

test('of discs over each other the upper one is hit', () => {
  const radius = (disc: number) => (disc === 0 ? 20 : 5);
  assert.equal(discAt(2, xs, ys, radius, window, [54, 100]), 1);
  assert.equal(discAt(2, xs, ys, radius, window, [40, 100]), 0);
  assert.equal(discAt(2, xs, ys, radius, window, [80, 100]), -1);
});

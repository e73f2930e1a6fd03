import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scrollFor, windowOf } from './window.ts';

test('the rows in view are drawn, and some beside them', () => {
  assert.deepEqual(windowOf(0, 320, 32, 1000), { from: 0, to: 18 });
  assert.deepEqual(windowOf(3200, 320, 32, 1000), { from: 92, to: 118 });
  assert.deepEqual(windowOf(31_680, 320, 32, 1000), { from: 982, to: 1000 });
  assert.deepEqual(windowOf(99_999, 320, 32, 10), { from: 10, to: 10 });
  assert.deepEqual(windowOf(-50, 320, 32, 3), { from: 0, to: 3 });
});

test('a row that is out of view is scrolled to, by no more than is needed', () => {
  assert.equal(scrollFor(5, 0, 320, 32), null);
  assert.equal(scrollFor(9, 0, 320, 32), null);
  assert.equal(scrollFor(10, 0, 320, 32), 32);
  assert.equal(scrollFor(2, 100, 320, 32), 64);
});

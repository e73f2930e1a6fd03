import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barFor } from './scale_bar.ts';

test('a bar is of a round length, and no wider than asked for', () => {
  assert.deepEqual(barFor(10, 110, false), { length: 1, unit: 'km', pixels: 100 });
  assert.deepEqual(barFor(0.5, 110, false), { length: 50, unit: 'm', pixels: 100 });
  assert.deepEqual(barFor(78271, 110, false).length, 5000);
  assert.deepEqual(barFor(10, 110, true), { length: 2000, unit: 'ft', pixels: 61 });
  assert.deepEqual(barFor(100, 110, true), { length: 5, unit: 'mi', pixels: 80 });
});

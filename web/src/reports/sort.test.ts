import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, ReportRow } from './kinds.ts';
import { orderOf, sortBy, UNSORTED } from './sort.ts';

const row = (...cells: Cell[]): ReportRow => ({
  ...{ id: '', plate: '', fromS: 0, toS: 0, lon: 0, lat: 0 },
  cells,
});
const rows = [row('V10', 3), row('V2', null), row('v1', -1), row('V2', 3)];
const sorted = (column: number, falls: boolean) => [...orderOf(rows, { column, falls })];

test('texts are sorted as people count, numbers by value, what is unknown last', () => {
  assert.deepEqual(sorted(-1, false), [0, 1, 2, 3]);
  assert.deepEqual(sorted(0, false), [2, 1, 3, 0]);
  assert.deepEqual(sorted(0, true), [0, 1, 3, 2]);
  assert.deepEqual(sorted(1, false), [2, 0, 3, 1]);
  assert.deepEqual(sorted(1, true), [0, 3, 2, 1]);
});

test('a column rises, falls, and is let go', () => {
  const rising = sortBy(UNSORTED, 4);
  assert.deepEqual(rising, { column: 4, falls: false });
  assert.deepEqual(sortBy(rising, 4), { column: 4, falls: true });
  assert.deepEqual(sortBy(sortBy(rising, 4), 4), UNSORTED);
  assert.deepEqual(sortBy(sortBy(rising, 4), 1), { column: 1, falls: false });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLabels, LABELS_MAX } from './labels.ts';

const N = 400;
const window = { x: 0, y: 0, width: 0.5, height: 0.5, scale: 1000 };
const xs = Float64Array.from({ length: N }, (_, slot) => (slot < 300 ? 0.25 : 0.75));
const ys = Float64Array.from({ length: N }, () => 0.25);
const order = Int32Array.from({ length: N }, (_, slot) => slot);
const rankOf = (slot: number) => (slot === 7 || slot === 350 ? 0 : slot % 2 ? 3 : 5);

test('the important ones get their names first, and no more than there is room for', () => {
  const chosen = chooseLabels(order, xs, ys, window, rankOf, 1, true);
  assert.equal(chosen.length, LABELS_MAX);
  assert.deepEqual(chosen[0], { slot: 7, rank: 0 });
  assert.ok(chosen.slice(1).every(({ slot, rank }) => rank === 3 && slot < 300));
});

test('without names the selected one has its own all the same', () => {
  assert.deepEqual(chooseLabels(order, xs, ys, window, rankOf, 1, false), [{ slot: 7, rank: 0 }]);
});

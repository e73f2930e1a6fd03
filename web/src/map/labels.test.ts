import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLabels, LABELS_MAX, sideClearOf } from './labels.ts';
import { radiusOf } from './radius.ts';

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

const SCALE = 1024;

/** Discs of 60 vehicles, by pixels from the middle of the world, where the name's vehicle is. */
function sideAmong(name: string, ...discs: [right: number, down: number][]) {
  const all = {
    count: discs.length,
    x: Float64Array.from(discs, ([right]) => 0.5 + right / SCALE),
    y: Float64Array.from(discs, ([, down]) => 0.5 + down / SCALE),
    sizes: new Int32Array(discs.length).fill(60),
  };
  return sideClearOf(all, 0.5, 0.5, name, SCALE);
}

test('a name lies below its marker, above where a disc is below, nowhere between two', () => {
  assert.equal(sideAmong('B-HF 101'), 'below');
  assert.equal(sideAmong('B-HF 101', [0, 30]), 'above');
  assert.equal(sideAmong('B-HF 101', [0, -30]), 'below');
  assert.equal(sideAmong('B-HF 101', [20, 30], [-20, -30]), null);
  assert.equal(sideAmong('B-HF 101', [300, 20]), 'below');
});

test('a long name, one of wide letters and one of two lines take more room', () => {
  const reach = radiusOf(60);
  assert.equal(sideAmong('B1', [reach + 15, 20]), 'below');
  assert.equal(sideAmong('B-HF 101', [reach + 15, 20]), 'above');
  assert.equal(sideAmong('粤B', [reach + 12, 20]), 'below');
  assert.equal(sideAmong('粤港一', [reach + 12, 20]), 'above');
  assert.equal(sideAmong('B1', [0, 30 + reach]), 'below');
  assert.equal(sideAmong('B1\n60 km/h', [0, 30 + reach]), 'above');
});

test('a disc is near over the edge of the world, too', () => {
  const disc = {
    count: 1,
    x: Float64Array.of(0.999),
    y: Float64Array.of(0.52),
    sizes: Int32Array.of(60),
  };
  assert.equal(sideClearOf(disc, 0.001, 0.5, 'B-HF 101', SCALE), 'above');
  assert.equal(sideClearOf(disc, 0.5, 0.5, 'B-HF 101', SCALE), 'below');
});

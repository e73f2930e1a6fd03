import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxAround } from './extent.ts';

test('the box is the smallest one', () => {
  assert.equal(boxAround([]), null);
  assert.deepEqual(boxAround([[10, 50]]), [10, 50, 10, 50]);
  assert.deepEqual(
    boxAround([
      [10, 50],
      [114, 22],
    ]),
    [10, 22, 114, 50],
  );
});

test('it lies over the 180th meridian where that is shorter', () => {
  assert.deepEqual(
    boxAround([
      [179, -17],
      [-178, -18],
    ]),
    [179, -18, 182, -17],
  );
});

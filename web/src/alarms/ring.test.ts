import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listen, NOTHING_HEARD, REST_MS } from './ring.ts';

test('a sound is for an alarm that began after the first look, and not too often', () => {
  let { rings, heard } = listen(NOTHING_HEARD, [3, 7], 0);
  assert.ok(!rings, 'what was there before is no news');
  ({ rings, heard } = listen(heard, [3, 7], 100));
  assert.ok(!rings);
  ({ rings, heard } = listen(heard, [7, 8], 200));
  assert.ok(rings);
  ({ rings, heard } = listen(heard, [9], 200 + REST_MS - 1));
  assert.ok(!rings, 'it has just rung');
  ({ rings, heard } = listen(heard, [9], 300 + REST_MS));
  assert.ok(!rings, 'and the one that was missed is seen');
  ({ rings, heard } = listen(heard, [], 20_000));
  ({ rings, heard } = listen(heard, [10], 30_000));
  assert.ok(rings);
});

test('nothing at the first look does not hide the first alarm', () => {
  const { heard } = listen(NOTHING_HEARD, [], 0);
  assert.ok(listen(heard, [1], 10).rings);
});

test('an alarm that was heard while nothing may ring does not silence the next one', () => {
  let { rings, heard } = listen(NOTHING_HEARD, [], 0);
  ({ rings, heard } = listen(heard, [1], 10, false));
  assert.ok(!rings);
  assert.ok(listen(heard, [2], 20, true).rings);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stopAfter, stopAt, stopHeights } from './sheet.ts';

test('a click goes through the stops and begins again', () => {
  assert.deepEqual((['peek', 'half', 'full'] as const).map(stopAfter), ['half', 'full', 'peek']);
});

test('a drag ends at the nearest stop, a flick at the next one on its way', () => {
  const heights = stopHeights(640);
  assert.deepEqual(heights, [96, 310, 640]);
  assert.equal(stopAt(250, 0, heights), 'half');
  assert.equal(stopAt(150, 0, heights), 'peek');
  assert.equal(stopAt(500, 0, heights), 'full');
  assert.equal(stopAt(330, 0.6, heights), 'full');
  assert.equal(stopAt(290, -0.6, heights), 'peek');
});

test('a small screen keeps more than a third for the map', () => {
  const [, half] = stopHeights(350);
  assert.ok(350 - half > 140);
});

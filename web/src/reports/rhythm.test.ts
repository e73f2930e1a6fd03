import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atText, readAt } from './rhythm.ts';

test('a time is written with its day where there is one, and read again', () => {
  assert.equal(atText({ every: 'day', day: 3, time: '07:00' }), '07:00');
  assert.equal(atText({ every: 'week', day: 3, time: '07:00' }), '3 07:00');
  assert.deepEqual(readAt('31 23:59'), { day: 31, time: '23:59' });
  assert.deepEqual(readAt('06:30'), { day: 1, time: '06:30' });
  assert.deepEqual(readAt('soon'), { day: 1, time: '07:00' });
});

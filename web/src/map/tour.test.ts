import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALARM_MS, ALL_MS, beginTour, driftAt, nextStop } from './tour.ts';

test('what was open before is no news, but for what has just begun', () => {
  const tour = beginTour([3, 2, 1], new Set([3]), 0);
  const next = nextStop(tour, [3, 2, 1], 1);
  assert.deepEqual(next.waiting, [3]);
  assert.equal(next.at, 0);
  assert.equal(nextStop(next, [3, 2, 1], ALL_MS).at, 3);
});

test('new alarms come in turn, the oldest first, and then the fleet again', () => {
  let tour = beginTour([], new Set(), 0);
  tour = nextStop(tour, [], ALL_MS - 1);
  assert.deepEqual(tour.sinceMs, 0);
  tour = nextStop(tour, [5, 4], ALL_MS);
  assert.deepEqual([tour.at, tour.waiting], [4, [5]]);
  tour = nextStop(tour, [5, 4], ALL_MS + ALARM_MS - 1);
  assert.equal(tour.at, 4);
  tour = nextStop(tour, [6, 5, 4], ALL_MS + ALARM_MS);
  assert.deepEqual([tour.at, tour.waiting], [5, [6]]);
  tour = nextStop(tour, [6, 5, 4], ALL_MS + 2 * ALARM_MS);
  assert.equal(tour.at, 6);
  tour = nextStop(tour, [6, 5, 4], ALL_MS + 3 * ALARM_MS);
  assert.deepEqual([tour.at, tour.waiting], [0, []]);
  assert.equal(nextStop(tour, [6, 5, 4], 2 * ALL_MS + 3 * ALARM_MS).sinceMs, tour.sinceMs + ALL_MS);
});

test('an alarm that ended is left at once, and one that ended before its turn is never shown', () => {
  let tour = beginTour([], new Set(), 0);
  tour = nextStop(tour, [9, 8, 7], ALL_MS);
  assert.equal(tour.at, 7);
  tour = nextStop(tour, [9], ALL_MS + 1);
  assert.deepEqual([tour.at, tour.waiting], [9, []]);
  tour = nextStop(tour, [], ALL_MS + 2);
  assert.equal(tour.at, 0);
  tour = nextStop(tour, [9], ALL_MS + 3); // it began again
  assert.deepEqual(tour.waiting, [9]);
});

test('the drift goes round within two pixels', () => {
  assert.deepEqual(
    [0, 600, 1200, 1800, 2400].map((s) => driftAt(s)),
    [
      [0, 0],
      [2, 0],
      [2, 2],
      [0, 2],
      [0, 0],
    ],
  );
});

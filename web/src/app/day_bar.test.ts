import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf } from '../i18n/day.ts';
import { partsOf, placeIn, type Stop, spansOf, type Trip } from './day_bar.ts';

const BERLIN = 'Europe/Berlin';
const utc = (text: string) => Date.parse(`${text}Z`) / 1000;

function trip(StartTime: string, EndTime: string | null, DrivingSeconds = 0): Trip {
  return { StartTime, EndTime, DrivingSeconds, IdleSeconds: 0 } as Trip;
}

function stop(StartTime: string, EndTime: string, Seconds: number, IdleSeconds = 0): Stop {
  return { StartTime, EndTime, Seconds, IdleSeconds } as Stop;
}

test('a day is cut at its ends, and what goes on ends now', () => {
  const day = dayOf(BERLIN, utc('2026-03-02T08:41:00'));
  const nowS = utc('2026-03-02T08:41:00');
  const spans = spansOf(
    day,
    BERLIN,
    nowS,
    [
      trip('2026-03-01 08:00:00', '2026-03-01 09:00:00'),
      trip('2026-03-01 23:00:00', '2026-03-02 01:00:00'),
      trip('2026-03-02 09:00:00', null),
    ],
    [stop('2026-03-02 01:00:00', '2026-03-02 09:00:00', 8 * 3600, 600)],
  );
  assert.deepEqual(
    spans.map(({ kind }) => kind),
    ['trip', 'stop', 'trip'],
  );
  const hours = partsOf(day, spans).map(({ kind, fromS, toS }) => [
    kind,
    (fromS - day.fromS) / 60,
    (toS - day.fromS) / 60,
  ]);
  assert.deepEqual(hours, [
    ['driving', 0, 60],
    ['idle', 60, 70],
    ['stopped', 70, 540],
    ['driving', 540, 581],
  ]);
  assert.equal(placeIn(day, day.fromS - 1), 0);
  assert.equal(placeIn(day, day.fromS + 12 * 3600), 0.5);
});

test('in the hour that comes twice the length tells the pass', () => {
  const day = dayOf(BERLIN, utc('2026-10-25T12:00:00'));
  const minutes = (...trips: Trip[]) => {
    const stops = [stop('2026-10-25 02:51:00', '2026-10-25 04:00:00', 69 * 60)];
    return spansOf(day, BERLIN, day.toS, trips, stops).map(({ fromS, toS }) => [
      (fromS - day.fromS) / 60,
      (toS - day.fromS) / 60,
    ]);
  };
  assert.deepEqual(minutes(trip('2026-10-25 02:10:00', '2026-10-25 02:50:00', 40 * 60)), [
    [130, 170],
    [231, 300],
  ]);
  assert.deepEqual(minutes(trip('2026-10-25 02:10:00', '2026-10-25 02:50:00', 100 * 60)), [
    [130, 230],
    [231, 300],
  ]);
  assert.deepEqual(minutes(trip('2026-10-25 02:20:00', '2026-10-25 03:10:00', 50 * 60)), [
    [200, 250],
    [231, 300],
  ]);
});

test('a stop of ignition alone has nothing behind it', () => {
  const day = dayOf(BERLIN, utc('2026-03-02T08:41:00'));
  const spans = spansOf(
    day,
    BERLIN,
    day.toS,
    [],
    [stop('2026-03-02 09:00:00', '2026-03-02 09:05:00', 300, 300)],
  );
  assert.deepEqual(
    partsOf(day, spans).map(({ kind }) => kind),
    ['idle'],
  );
});

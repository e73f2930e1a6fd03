import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addDays,
  dateOf,
  dayOf,
  dayStart,
  daysBetween,
  epochIn,
  hoursOf,
  isDate,
  passesIn,
  utcText,
  weekdayOf,
} from './day.ts';
import { dateTimeIn } from './zone.ts';

const BERLIN = 'Europe/Berlin';
const utc = (text: string) => Date.parse(`${text}Z`) / 1000;

test('a time is read as it was written', () => {
  for (const zone of [BERLIN, 'Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu', 'UTC']) {
    for (const text of ['2026-03-02 09:41:00', '2026-07-31 23:59:59', '2026-12-31 00:00:00']) {
      assert.equal(dateTimeIn(zone, epochIn(zone, text)), text, `${zone} ${text}`);
    }
  }
  assert.ok(Number.isNaN(epochIn(BERLIN, 'yesterday')));
  assert.ok(Number.isNaN(epochIn(BERLIN, '')));
});

test('a time that comes twice has both of its passes', () => {
  const first = utc('2026-10-25T00:30:00');
  assert.deepEqual(passesIn(BERLIN, '2026-10-25 02:30:00'), [first, first + 3600]);
  assert.equal(epochIn(BERLIN, '2026-10-25 02:30:00'), first);
  assert.deepEqual(passesIn(BERLIN, '2026-10-25 03:30:00'), [first + 7200]);
});

test('a time that the clock leaves out is when it does', () => {
  assert.equal(epochIn(BERLIN, '2026-03-29 02:00:00'), utc('2026-03-29T01:00:00'));
});

test('days have as many hours as their clock shows', () => {
  const hours = (zone: string, instant: string) => {
    const { date, fromS, toS } = dayOf(zone, utc(instant));
    return [date, (toS - fromS) / 3600];
  };
  assert.deepEqual(hours(BERLIN, '2026-03-02T08:41:00'), ['2026-03-02', 24]);
  assert.deepEqual(hours(BERLIN, '2026-03-29T08:00:00'), ['2026-03-29', 23]);
  assert.deepEqual(hours(BERLIN, '2026-10-25T22:59:59'), ['2026-10-25', 25]);
  assert.deepEqual(hours('Asia/Shanghai', '2026-12-31T16:00:00'), ['2027-01-01', 24]);
  assert.deepEqual(hours('America/New_York', '2026-11-01T12:00:00'), ['2026-11-01', 25]);
  assert.deepEqual(hours('Australia/Lord_Howe', '2026-04-05T01:00:00'), ['2026-04-05', 24.5]);
  assert.deepEqual(hours('UTC', '2024-02-29T12:00:00'), ['2024-02-29', 24]);
  // Cairo's midnight of 24 April 2026 does not come: its day begins at one
  assert.deepEqual(hours('Africa/Cairo', '2026-04-24T12:00:00'), ['2026-04-24', 23]);
});

test('hours stand where the clock shows them', () => {
  const day = dayOf(BERLIN, utc('2026-03-29T08:00:00'));
  const marks = hoursOf(BERLIN, day, [0, 2, 6]);
  assert.deepEqual(
    marks.map(([hour, epochS]) => [hour, (epochS - day.fromS) / 3600]),
    [
      [0, 0],
      [6, 5],
    ],
  );
});

test('a day without a midnight begins with its first instant', () => {
  const startS = dayStart('Africa/Cairo', '2024-04-26');
  assert.equal(dateOf('Africa/Cairo', startS), '2024-04-26');
  assert.equal(dateOf('Africa/Cairo', startS - 1), '2024-04-25');
});

test('dates are counted by the calendar', () => {
  assert.equal(addDays('2024-02-28', 2), '2024-03-01');
  assert.equal(addDays('2026-01-01', -1), '2025-12-31');
  assert.equal(daysBetween('2026-03-01', '2026-04-01'), 31);
  assert.equal(weekdayOf('2026-11-30'), 0);
  assert.equal(weekdayOf('2026-11-29'), 6);
  assert.ok(!isDate('2026-13-01') && !isDate('') && !isDate('tomorrow') && isDate('2026-12-01'));
  // what Date.parse takes for the next month, and years around which dates are not written so
  for (const date of ['2026-02-30', '0000-01-01', '9999-12-31']) assert.ok(!isDate(date), date);
});

test('an hour that comes twice is told apart by what came before', () => {
  const zone = 'Europe/Berlin';
  const first = utc('2026-10-25T00:30:00');
  assert.equal(epochIn(zone, '2026-10-25 02:30:00'), first);
  assert.equal(epochIn(zone, '2026-10-25 02:30:00', first + 1), first + 3600);
  assert.equal(epochIn(zone, '2026-10-25 12:00:00', first), utc('2026-10-25T11:00:00'));
  assert.equal(utcText(first), '2026-10-25T00:30:00Z');
});

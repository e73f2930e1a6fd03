import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysOf } from '../i18n/day.ts';
import { axisTicks } from './axis.ts';

test('the marks of an axis are round local times', () => {
  const marks = (zone: string, date: string, count: number) =>
    axisTicks(zone, daysOf(zone, date, date), count).map(({ text }) => text);
  assert.deepEqual(marks('Asia/Shanghai', '2026-11-28', 8), [
    ...['00:00', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00', '00:00'],
  ]);
  const autumn = marks('Europe/Berlin', '2026-10-25', 30);
  assert.deepEqual(autumn.slice(0, 5), ['00:00', '01:00', '02:00', '02:00', '03:00']);
  assert.equal(autumn.length, 26);
  assert.equal(marks('Europe/Berlin', '2026-03-29', 30).length, 24);
  assert.deepEqual(marks('Asia/Kolkata', '2026-11-28', 30).slice(0, 2), ['00:00', '01:00']);
  const month = axisTicks('Europe/Berlin', daysOf('Europe/Berlin', '2026-10-10', '2026-11-09'), 8);
  assert.deepEqual(month.map(({ text }) => text).slice(0, 2), ['2026-10-10', '2026-10-14']);
  const minutes = axisTicks('UTC', { fromS: 0, toS: 600 }, 10);
  assert.equal(minutes.length, 11);
});

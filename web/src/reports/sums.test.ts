import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysOf } from '../i18n/day.ts';
import { timeIn } from '../i18n/zone.ts';
import { type Cell, COLUMNS, type Kind, type ReportRow } from './kinds.ts';
import { BARS_MAX, barsOf, totalsOf } from './sums.ts';

const utcS = (text: string) => Date.parse(`${text}Z`) / 1000;
const hourIn = (zone: string, atS: number) => timeIn(zone, atS).slice(0, 2);

function row(kind: Kind, plate: string, fromS: number, told: Record<string, Cell>): ReportRow {
  const cells = COLUMNS[kind].map(({ name }) => told[name] ?? null);
  return { id: plate, plate, fromS, toS: fromS, lon: 0, lat: 0, cells };
}

test('columns add up, or tell their greatest; one that no row tells is left out', () => {
  const rows = [
    row('trips', 'A', 0, { km: 1.5, driving: 60, maxSpeed: 50 }),
    row('trips', 'B', 0, { km: 2, driving: 30, maxSpeed: 90, fuel: 1.5 }),
  ];
  const told = totalsOf('trips', rows).map(({ column, value }) => [column.name, value]);
  assert.deepEqual(told, [
    ['km', 3.5],
    ['driving', 90],
    ['maxSpeed', 90],
    ['fuel', 1.5],
  ]);
});

test('a day on which clocks go back has an hour that gathers two, and each hour once', () => {
  const zone = 'Europe/Berlin';
  const asked = { zone, ...daysOf(zone, '2026-10-25', '2026-10-25') };
  const rows = ['00:30', '01:30', '22:59'].map((time) =>
    row('alarms', 'A', utcS(`2026-10-25T${time}:00`), {}),
  );
  const bars = barsOf('alarms', rows, asked, hourIn);
  assert.equal(bars.length, 24);
  assert.equal(bars.find(({ name }) => name === '02')?.value, 2);
  assert.equal(bars.find(({ name }) => name === '23')?.value, 1);
});

test('days are those of the zone, also those without a row', () => {
  const zone = 'America/New_York';
  const asked = { zone, ...daysOf(zone, '2026-10-31', '2026-11-02') };
  const rows = [
    row('trips', 'A', utcS('2026-11-01T03:30:00'), { km: 5 }), // 23:30 of the day before there
    row('trips', 'A', utcS('2026-11-03T04:59:00'), { km: 7 }), // 23:59 of the last day
  ];
  assert.deepEqual(barsOf('trips', rows, asked, hourIn), [
    { name: '2026-10-31', value: 5 },
    { name: '2026-11-01', value: 0 },
    { name: '2026-11-02', value: 7 },
  ]);
});

test('mileage has a bar a vehicle, the longest first', () => {
  const rows = [row('mileage', 'A', 0, { km: 1 }), row('mileage', 'B', 0, { km: 3 })];
  const asked = { zone: 'UTC', fromS: 0, toS: 86_400 };
  assert.deepEqual(barsOf('mileage', rows, asked, hourIn), [
    { name: 'B', value: 3 },
    { name: 'A', value: 1 },
  ]);
});

test('all vehicles have a bar, also those that no chart has room for', () => {
  const many = Array.from({ length: 64 }, (_, n) => row('mileage', `V${n}`, 0, { km: n }));
  const bars = barsOf('mileage', many, { zone: 'UTC', fromS: 0, toS: 86_400 }, hourIn);
  assert.equal(bars.length, 64);
  assert.ok(bars.length > BARS_MAX);
  assert.equal(bars[0]?.name, 'V63');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLUMNS, type Kind, type ReportRow } from './kinds.ts';
import { type DayRow, mileageRow, RowMaker } from './rows.ts';

const ZONE = 'Europe/Berlin';
const utcS = (text: string) => Date.parse(`${text}Z`) / 1000;
const NOW_S = utcS('2026-10-26T12:00:00');

function told(kind: Kind, row: ReportRow): Record<string, unknown> {
  assert.equal(row.cells.length, COLUMNS[kind].length);
  return Object.fromEntries(COLUMNS[kind].map(({ name }, at) => [name, row.cells[at]]));
}

const stop = (StartTime: string, EndTime: string | null, Seconds: number) => ({
  ...{ DeviceID: '1', VehicleNum: 'A', StartTime, EndTime, Seconds, IdleSeconds: 0 },
  ...{ Kilometres: '0.000', Lon: '9.966700', Lat: '53.546100', Place: 'Hamburg', Clipped: false },
});

test('in the hour that comes twice the order of rows says which one a time means', () => {
  const maker = new RowMaker(ZONE, NOW_S);
  const first = maker.stop(stop('2026-10-25 02:30:00', '2026-10-25 02:40:00', 600));
  const second = maker.stop(stop('2026-10-25 02:10:00', '2026-10-25 02:20:00', 600));
  assert.equal(first.fromS, utcS('2026-10-25T00:30:00'));
  assert.equal(second.fromS, utcS('2026-10-25T01:10:00'));
  const long = maker.stop({ ...stop('2026-10-25 02:30:00', '2026-10-25 03:10:00', 2400) });
  assert.equal(long.toS, utcS('2026-10-25T02:10:00'));
  const ofAnother = maker.stop({ ...stop('2026-10-25 02:05:00', null, 60), DeviceID: '2' });
  assert.equal(ofAnother.fromS, utcS('2026-10-25T00:05:00'));
  assert.deepEqual(told('stops', ofAnother), {
    vehicle: 'A',
    start: ofAnother.fromS,
    end: null,
    length: 60,
    idle: 0,
    km: 0,
    place: 'Hamburg',
    position: '53.546100, 9.966700',
  });
});

test('a trip has two places, and ends now while it goes on', () => {
  const row = new RowMaker(ZONE, NOW_S).trip({
    ...{ DeviceID: '1', VehicleNum: 'A', StartTime: '2026-10-26 12:00:00', EndTime: null },
    ...{ StartLon: '9.000000', StartLat: '-53.000000', EndLon: null, EndLat: null },
    ...{ StartPlace: 'Hamburg', EndPlace: null, Kilometres: '13.700', DrivingSeconds: 900 },
    ...{ IdleSeconds: 60, MaxSpeed: 61.5, MeanSpeed: 50, FuelUsed: null },
  });
  assert.equal(row.toS, NOW_S);
  const cells = told('trips', row);
  assert.deepEqual(
    [cells['end'], cells['fuel'], cells['startPosition'], cells['endPosition'], cells['endPlace']],
    [null, null, '-53.000000, 9.000000', null, null],
  );
  assert.deepEqual([row.lon, row.lat], [9, -53]);
});

const day = (date: string, Kilometres: string, FuelUsed: string | null): DayRow => ({
  ...{ DeviceID: '1', VehicleNum: 'A', Date: date, Kilometres, FuelUsed, DrivingSeconds: 60 },
  ...{ IdleSeconds: 5, StoppedSeconds: 0, Trips: 1, MaxSpeed: Number(Kilometres), Clipped: false },
  ...{ FirstTime: `${date} 01:00:00`, LastTime: `${date} 23:00:00`, Fixes: 9 },
  ...{ Lon: '9.966700', Lat: '53.546100', Place: date },
});

test('days add up to mileage, and fuel is unknown where no day tells any', () => {
  const days = [day('2026-10-24', '0.100', null), day('2026-10-25', '0.200', '1.5')];
  const maker = new RowMaker(ZONE, NOW_S);
  const vehicle = { id: '1', plate: 'A' };
  const miles = { km: 0.4, litres: 1.7 };
  const row = mileageRow(vehicle, days, miles, maker);
  assert.ok(row);
  const cells = told('mileage', row);
  assert.deepEqual(
    ['km', 'trips', 'driving', 'idle', 'maxSpeed', 'fuel', 'place'].map((name) => cells[name]),
    [0.4, 2, 120, 10, 0.2, 1.7, '2026-10-25'],
  );
  assert.equal(row.fromS, utcS('2026-10-23T23:00:00'));
  assert.equal(row.toS, utcS('2026-10-25T22:00:00'));
  const alone = mileageRow(vehicle, days, null, maker);
  assert.ok(alone);
  assert.deepEqual([told('mileage', alone)['km'], told('mileage', alone)['fuel']], [0.3, 1.5]);
  const dry = mileageRow(vehicle, days.slice(0, 1), miles, maker);
  assert.ok(dry);
  assert.equal(told('mileage', dry)['fuel'], null);
  assert.equal(mileageRow(vehicle, [], null, maker), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochIn } from '../i18n/day.ts';
import { bandOf } from './band.ts';
import {
  type AlarmRow,
  entriesOf,
  type StopRow,
  type TripRow,
  totalsOf,
  tripsBehind,
} from './spans.ts';
import { emptyTrack, withSlices } from './track.ts';

const ZONE = 'Europe/Berlin';
const NOW_S = epochIn(ZONE, '2026-10-25 18:00:00');
const at = (time: string) => epochIn(ZONE, `2026-10-25 ${time}`);

function trip(start: string, end: string | null, id = '1'): TripRow {
  return {
    DeviceID: id,
    VehicleNum: id,
    StartTime: `2026-10-25 ${start}`,
    EndTime: end === null ? null : `2026-10-25 ${end}`,
    StartLon: '13.4',
    StartLat: '52.5',
    EndLon: null,
    EndLat: null,
    StartPlace: 'Depot North, Berlin',
    EndPlace: null,
    Kilometres: '12.345',
    DrivingSeconds: 600,
    IdleSeconds: 0,
    MaxSpeed: 88.5,
    MeanSpeed: 40,
    FuelUsed: null,
  };
}

function stop(start: string, end: string | null, idleS = 0, id = '1'): StopRow {
  return {
    DeviceID: id,
    VehicleNum: id,
    StartTime: `2026-10-25 ${start}`,
    EndTime: end === null ? null : `2026-10-25 ${end}`,
    Seconds: 1000,
    IdleSeconds: idleS,
    Kilometres: '0.012',
    Lon: '13.4',
    Lat: '52.5',
    Place: 'Harbour, Berlin',
    Clipped: false,
  };
}

const alarm = { GPSTime: '2026-10-25 09:00:00', EndTime: null, DeviceID: '1', Speed: 99 };
const alarms = [{ ...alarm, AlarmType: 'SOS alarm', Lon: null, Lat: null } as AlarmRow];

test('a trip over midnight is of the day that it ends in, too', () => {
  const night = { ...trip('00:00:00', '00:40:00'), StartTime: '2026-10-24 23:10:00' };
  const before = {
    ...trip('00:00:00', '00:00:00'),
    StartTime: '2026-10-24 20:00:00',
    EndTime: '2026-10-24 21:00:00',
  };
  const open = { ...before, EndTime: null };
  const today = trip('08:00:00', '09:30:00');
  const found = tripsBehind([before, open, night, today], ZONE, at('00:00:00'));
  assert.deepEqual(found, [open, night, today]);
  const touching = { ...before, EndTime: '2026-10-25 00:00:00' };
  assert.deepEqual(tripsBehind([touching], ZONE, at('00:00:00')), []);
});

test('trips, stops and alarms are one list by time', () => {
  const rows = {
    trips: [trip('08:00:00', '09:30:00'), trip('10:00:00', null)],
    stops: [stop('00:00:00', '08:00:00'), stop('09:30:00', '10:00:00', 800)],
    alarms,
  };
  const entries = entriesOf(rows, ZONE, NOW_S);
  assert.deepEqual(
    entries.map(({ kind, number, isOpen }) => [kind, number, isOpen]),
    [
      ['stop', 1, false],
      ['trip', 0, false],
      ['alarm', 0, true],
      ['idle', 2, false],
      ['trip', 0, true],
    ],
  );
  assert.equal(entries[1]?.place, 'Depot North');
  assert.equal(entries[4]?.toS, NOW_S);
  assert.ok(Number.isNaN(entries[2]?.lon));
});

test('times go on through the hour that comes twice', () => {
  const rows = {
    trips: [trip('02:10:00', '02:50:00'), trip('02:20:00', '02:40:00')],
    stops: [stop('01:00:00', '02:10:00'), stop('02:50:00', '02:20:00')],
    alarms: [],
  };
  const entries = entriesOf(rows, ZONE, NOW_S);
  for (let i = 1; i < entries.length; i++) {
    assert.equal(entries[i]?.fromS, entries[i - 1]?.toS);
  }
  assert.equal((entries[3]?.toS ?? 0) - (entries[1]?.fromS ?? 0), 90 * 60);
  // A stop says how long it took, which its ends alone do not.
  const long = { ...stop('01:30:00', '02:20:00'), Seconds: 110 * 60 };
  const around = { trips: [trip('01:00:00', '01:30:00'), trip('02:20:00', '04:00:00')] };
  const second = entriesOf({ ...around, stops: [long], alarms: [] }, ZONE, NOW_S)[2];
  assert.equal((second?.toS ?? 0) - (second?.fromS ?? 0), 100 * 60);
});

test('totals are those of the days, stops those of the list', () => {
  const rows = { trips: [], stops: [stop('00:00:00', '08:00:00')], alarms: [] };
  const entries = entriesOf(rows, ZONE, NOW_S);
  const day = { Kilometres: '1.5', DrivingSeconds: 10, IdleSeconds: 5, MaxSpeed: 50, Fixes: 7 };
  const more = { Date: '', StoppedSeconds: 0, Trips: 0, FuelUsed: null, VehicleNum: '' };
  const where = { Lon: null, Lat: null, Clipped: false };
  const whole = { ...day, ...more, ...where, FirstTime: null, LastTime: null };
  const days = ['1', '1', '2'].map((DeviceID) => ({ ...whole, DeviceID }));
  assert.deepEqual(totalsOf(days, entries, '1'), {
    ...{ km: 3, drivingS: 20, idleS: 10, stops: 1, maxKmh: 50, fixes: 14 },
  });
});

test('the band is what fixes tell, and stops before and behind them', () => {
  const times = ['08:00:00', '08:05:00', '09:00:00', '09:01:00', '09:30:00'].map(at);
  const track = withSlices(emptyTrack('1', ''), [
    {
      ...{ DeviceID: '1', VehicleNum: '', Fixes: null, Thinned: false },
      columns: { t: times, s: [3, 3, 2, 1, 1] },
    },
  ]);
  const rows = {
    trips: [],
    stops: [stop('00:00:00', '08:00:00'), stop('09:30:00', null)],
    alarms: [],
  };
  const entries = entriesOf(rows, ZONE, NOW_S);
  const parts = bandOf(track, entries, { fromS: at('06:00:00'), toS: at('12:00:00') });
  assert.deepEqual(
    parts.map(({ state, fromS, toS }) => [state, fromS, toS]),
    [
      ['parked', at('06:00:00'), at('08:00:00')],
      ['moving', at('08:00:00'), at('08:05:00')],
      ['gap', at('08:05:00'), at('09:00:00')],
      ['idle', at('09:00:00'), at('09:01:00')],
      ['parked', at('09:01:00'), at('12:00:00')],
    ],
  );
  assert.deepEqual(bandOf(emptyTrack('2', ''), entries, { fromS: 0, toS: 1 }), []);
});

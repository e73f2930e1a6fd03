/** What a vehicle did, as a list of trips, stops and alarms by time, and what it adds up to. */
import type { Row } from '../app/api.ts';
import { epochIn, type Stretch } from '../i18n/day.ts';

export type TripRow = Row<'manage/GetTrips'>;
export type StopRow = Row<'manage/GetStops'>;
export type AlarmRow = Row<'manage/ListAlarms'>;
export type DayRow = Row<'manage/GetDays'>;

export interface Entry extends Stretch {
  kind: 'trip' | 'stop' | 'idle' | 'alarm';
  id: string;
  /** It still goes on. */
  isOpen: boolean;
  /** Of stops, from 1 by vehicle; else 0. */
  number: number;
  place: string;
  /** Of trips: where they end. */
  toPlace: string;
  km: number;
  maxKmh: number;
  lon: number;
  lat: number;
  /** Of alarms: what it is. */
  alarm: string;
}

export interface Rows {
  trips: readonly TripRow[];
  stops: readonly StopRow[];
  alarms: readonly AlarmRow[];
}

/** The nearest name of those "from small to large". */
function firstName(place: string | null | undefined): string {
  return place?.split(',')[0]?.trim() ?? '';
}

const degrees = (text: string | number | null) => (text === null ? Number.NaN : Number(text));

const blank = { number: 0, place: '', toPlace: '', km: 0, maxKmh: 0, alarm: '' };

type Movement = { trip: TripRow } | { stop: StopRow };

const startOf = (row: Movement) => ('trip' in row ? row.trip.StartTime : row.stop.StartTime);
const endOf = (row: Movement) => ('trip' in row ? row.trip.EndTime : row.stop.EndTime);

/**
 * Trips and stops of one vehicle take turns, and each begins when the one before ends. Where clocks
 * are put back a later one may have an earlier text, so texts alone do not order them.
 */
function inTurn(trips: readonly TripRow[], stops: readonly StopRow[]): Movement[] {
  const left: [Movement[], Movement[]] = [
    trips.map((trip) => ({ trip })),
    stops.map((stop) => ({ stop })),
  ];
  const rows: Movement[] = [];
  let end: string | null = null;
  for (let n = trips.length + stops.length; n > 0; n--) {
    const [a, b] = [left[0][0], left[1][0]].map((row) => (row ? startOf(row) : null));
    const isFirst = b === null || (a !== null && b !== end && (a === end || String(a) < String(b)));
    const next = left[isFirst ? 0 : 1].shift() as Movement;
    end = endOf(next);
    rows.push(next);
  }
  return rows;
}

/** Epoch seconds of rows in turn; of an hour that came twice the right one is taken. */
class Clock {
  private readonly zone: string;
  private readonly nowS: number;
  private lastS = Number.NEGATIVE_INFINITY;

  constructor(zone: string, nowS: number) {
    this.zone = zone;
    this.nowS = nowS;
  }

  /** It took as many seconds at least. */
  stretch(start: string, end: string | null, atLeastS: number): Stretch & { isOpen: boolean } {
    const fromS = epochIn(this.zone, start, this.lastS);
    const toS =
      end === null ? Math.max(fromS, this.nowS) : epochIn(this.zone, end, fromS + atLeastS);
    this.lastS = toS;
    return { fromS, toS, isOpen: end === null };
  }
}

function movements({ trips, stops }: Rows, zone: string, nowS: number): Entry[] {
  const ids = new Set([...trips, ...stops].map(({ DeviceID }) => DeviceID));
  return [...ids].flatMap((id) => {
    const clock = new Clock(zone, nowS);
    const own = (row: { DeviceID: string }) => row.DeviceID === id;
    return inTurn(trips.filter(own), stops.filter(own)).map((row) => {
      return 'trip' in row ? ofTrip(row.trip, clock) : ofStop(row.stop, clock);
    });
  });
}

function ofTrip(trip: TripRow, clock: Clock): Entry {
  return {
    ...blank,
    ...clock.stretch(trip.StartTime, trip.EndTime, trip.DrivingSeconds + trip.IdleSeconds),
    kind: 'trip',
    id: trip.DeviceID,
    place: firstName(trip.StartPlace),
    toPlace: firstName(trip.EndPlace),
    km: Number(trip.Kilometres),
    maxKmh: trip.MaxSpeed,
    lon: degrees(trip.StartLon),
    lat: degrees(trip.StartLat),
  };
}

function ofStop(stop: StopRow, clock: Clock): Entry {
  return {
    ...blank,
    ...clock.stretch(stop.StartTime, stop.EndTime, stop.Seconds),
    kind: stop.IdleSeconds * 2 > stop.Seconds ? 'idle' : 'stop',
    id: stop.DeviceID,
    place: firstName(stop.Place),
    km: Number(stop.Kilometres),
    lon: degrees(stop.Lon),
    lat: degrees(stop.Lat),
  };
}

function ofAlarm(alarm: AlarmRow, zone: string, nowS: number): Entry {
  const fromS = epochIn(zone, alarm.GPSTime);
  return {
    ...blank,
    kind: 'alarm',
    id: alarm.DeviceID,
    fromS,
    toS: alarm.EndTime === null ? Math.max(fromS, nowS) : epochIn(zone, alarm.EndTime, fromS),
    isOpen: alarm.EndTime === null,
    place: firstName(alarm.Place),
    maxKmh: alarm.Speed,
    lon: degrees(alarm.Lon),
    lat: degrees(alarm.Lat),
    alarm: alarm.AlarmType,
  };
}

/** Those that reach behind an instant, or go on: a trip is told by the day that it begins in. */
export function tripsBehind(trips: readonly TripRow[], zone: string, instantS: number): TripRow[] {
  return trips.filter(({ StartTime, EndTime }) => {
    return EndTime === null || epochIn(zone, EndTime, epochIn(zone, StartTime)) > instantS;
  });
}

/** All of them by time; stops have their numbers. */
export function entriesOf(rows: Rows, zone: string, nowS: number): Entry[] {
  const entries = movements(rows, zone, nowS);
  const numbers = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === 'trip') continue;
    entry.number = (numbers.get(entry.id) ?? 0) + 1;
    numbers.set(entry.id, entry.number);
  }
  entries.push(...rows.alarms.map((alarm) => ofAlarm(alarm, zone, nowS)));
  return entries.sort((a, b) => a.fromS - b.fromS || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

export interface Totals {
  km: number;
  drivingS: number;
  idleS: number;
  stops: number;
  maxKmh: number;
  fixes: number;
}

export function totalsOf(days: readonly DayRow[], entries: readonly Entry[], id: string): Totals {
  const own = days.filter((day) => day.DeviceID === id);
  const sum = (of: (day: DayRow) => number) => own.reduce((total, day) => total + of(day), 0);
  const stands = (entry: Entry) => entry.kind === 'stop' || entry.kind === 'idle';
  return {
    km: sum((day) => Number(day.Kilometres)),
    drivingS: sum((day) => day.DrivingSeconds),
    idleS: sum((day) => day.IdleSeconds),
    stops: entries.filter((entry) => entry.id === id && stands(entry)).length,
    maxKmh: own.reduce((max, day) => Math.max(max, day.MaxSpeed), 0),
    fixes: sum((day) => day.Fixes),
  };
}

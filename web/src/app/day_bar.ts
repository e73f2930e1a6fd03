/**
 * A day as parts: what a vehicle did from when to when, for a bar along the day. Trips and stops
 * come from the server as times of the zone; where the clock goes back, their length says which of
 * the two passes is meant.
 */
import type { Day } from '../i18n/day.ts';
import { passesIn } from '../i18n/day.ts';
import type { Row } from './api.ts';

export type Trip = Row<'manage/GetTrips'>;
export type Stop = Row<'manage/GetStops'>;
export type PartKind = 'driving' | 'idle' | 'stopped';

export interface Part {
  kind: PartKind;
  fromS: number;
  toS: number;
}

/** A trip or a stop, as the list of a day has them. */
export type Span =
  | { kind: 'trip'; trip: Trip; fromS: number; toS: number }
  | { kind: 'stop'; stop: Stop; fromS: number; toS: number };

/**
 * From when to when a row is: of the passes of its times those that are nearest to its length. What
 * still goes on ends at `nowS`.
 */
function timesOf(
  zone: string,
  row: { StartTime: string; EndTime: string | null },
  lengthS: number,
  nowS: number,
): { fromS: number; toS: number } {
  const ends = row.EndTime === null ? [nowS] : passesIn(zone, row.EndTime);
  let best = { fromS: Number.NaN, toS: Number.NaN };
  let bestOff = Number.POSITIVE_INFINITY;
  for (const fromS of passesIn(zone, row.StartTime)) {
    for (const toS of ends) {
      const off = toS < fromS ? Number.POSITIVE_INFINITY : Math.abs(toS - fromS - lengthS);
      if (off < bestOff) {
        best = { fromS, toS };
        bestOff = off;
      }
    }
  }
  return best;
}

/** Trips and stops that touch the day, the earliest first. */
export function spansOf(
  day: Day,
  zone: string,
  nowS: number,
  trips: readonly Trip[],
  stops: readonly Stop[],
): Span[] {
  const all: Span[] = [
    ...trips.map((trip): Span => {
      const lengthS = trip.DrivingSeconds + trip.IdleSeconds;
      return { kind: 'trip', trip, ...timesOf(zone, trip, lengthS, nowS) };
    }),
    ...stops.map((stop): Span => {
      return { kind: 'stop', stop, ...timesOf(zone, stop, stop.Seconds, nowS) };
    }),
  ];
  return all
    .filter(({ fromS, toS }) => toS > day.fromS && fromS < day.toS)
    .sort((a, b) => a.fromS - b.fromS);
}

/**
 * Their parts, cut to the day. How long the ignition was on in a stop is known, not when: it is
 * shown first, since engines are left running on arrival.
 */
export function partsOf(day: Day, spans: readonly Span[]): Part[] {
  const parts: Part[] = [];
  const add = (kind: PartKind, fromS: number, toS: number) => {
    const part = { kind, fromS: Math.max(fromS, day.fromS), toS: Math.min(toS, day.toS) };
    if (part.toS > part.fromS) parts.push(part);
  };
  for (const span of spans) {
    if (span.kind === 'trip') {
      add('driving', span.fromS, span.toS);
    } else {
      const idleToS = Math.min(span.toS, span.fromS + span.stop.IdleSeconds);
      add('idle', span.fromS, idleToS);
      add('stopped', idleToS, span.toS);
    }
  }
  return parts;
}

/** Where an instant stands in the day, 0 to 1. */
export function placeIn(day: Day, epochS: number): number {
  const place = (epochS - day.fromS) / (day.toS - day.fromS);
  return Math.min(1, Math.max(0, place));
}

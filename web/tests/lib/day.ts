/**
 * A vehicle on the day on which the clocks of Berlin go back, so that the day has 25 hours: it stood,
 * drove in the hour that comes twice, stood again with its engine on, and drives since.
 */

import type { Server } from './server.ts';
import { type Place, Tracker } from './tracker.ts';

/** 12:20 in Berlin. */
export const DAY_CLOCK_S = Date.UTC(2026, 9, 25, 11, 20) / 1000;
export const FAST_KMH = 80;

const MINUTE_S = 60;
const METRES_A_DEGREE = 111_320;

/** Where it is so many metres before Hamburg's harbour, to which it goes north. */
function at(metres: number, timeS: number, more: Partial<Place>): Place {
  return { lat: 53.5461 - metres / METRES_A_DEGREE, lon: 9.9667, timeS, ...more };
}

/** A fix a minute, at a speed, from an instant for so many minutes. */
function drive(fromS: number, minutes: number, kmh: number, metres: number): Place[] {
  return Array.from({ length: minutes + 1 }, (_, i) =>
    at(metres - (i * kmh * 1000) / 60, fromS + i * MINUTE_S, { kmh, ignition: true }),
  );
}

export const utcS = (text: string) => Date.parse(`2026-10-25T${text}Z`) / 1000;

/** Drives the day; the newest fix is of now, at FAST_KMH. */
export async function driveDay(server: Server, terminal: string): Promise<Tracker> {
  const tracker = await Tracker.connect(server, terminal);
  const nowS = server.nowS();
  const yard = 40_000;
  const night = drive(utcS('00:10:00'), 100, 30, 90_000); // 02:10 to 02:50 of the second pass
  await tracker.report(
    at(90_000, utcS('00:09:00') - 3600, {}),
    ...night,
    at(yard, utcS('01:51:00'), { ignition: true }),
    at(yard, utcS('02:10:00'), { ignition: true }),
    at(yard, utcS('02:11:00'), {}),
    at(yard, utcS('08:00:00'), {}),
    ...drive(nowS - 30 * MINUTE_S, 30, FAST_KMH, yard),
  );
  return tracker;
}

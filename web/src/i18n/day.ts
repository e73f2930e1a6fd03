/**
 * Days and times of a zone as epoch seconds: the way back from what zone.ts writes. A day has 23 to
 * 25 hours where clocks change, and begins with the first instant that shows its date, which is not
 * midnight where clocks are put forward then.
 */
import { dateTimeIn } from './zone.ts';

const DAY_S = 86_400;
/** What a clock of any place can show. */
const LAST_S = 253_402_300_799 - DAY_S;
/** Of dates that pages deal with: those around them have four digits, too. */
const YEAR_MIN = 1971;
const YEAR_MAX = 9998;

export interface Stretch {
  /** Epoch seconds; `toS` is the first one that does not belong to it. */
  fromS: number;
  toS: number;
}

export interface Day extends Stretch {
  /** yyyy-MM-dd. */
  date: string;
}

/** The time as if the zone were UTC. */
function plainOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`) / 1000;
}

/** Epoch seconds of midnight UTC of a date. */
function utcOf(date: string): number {
  return plainOf(`${date} 00:00:00`);
}

/** yyyy-MM-dd of an instant. */
export function dateOf(zone: string, epochS: number): string {
  return dateTimeIn(zone, epochS).slice(0, 10);
}

/** Whether it is a date as yyyy-MM-dd, of a year from 1971 to 9998. */
export function isDate(date: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(utcOf(date))) return false;
  const year = Number(date.slice(0, 4));
  return year >= YEAR_MIN && year <= YEAR_MAX && addDays(date, 0) === date;
}

/** The date some days on. */
export function addDays(date: string, days: number): string {
  return new Date((utcOf(date) + days * DAY_S) * 1000).toISOString().slice(0, 10);
}

/** How many days it is from one date to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((utcOf(to) - utcOf(from)) / DAY_S);
}

/** 0: Monday. */
export function weekdayOf(date: string): number {
  return (new Date(utcOf(date) * 1000).getUTCDay() + 6) % 7;
}

/** How far the zone is ahead of UTC then. */
function offsetAt(zone: string, epochS: number): number {
  return plainOf(dateTimeIn(zone, epochS)) - epochS;
}

/**
 * When a clock of the zone shows "yyyy-MM-dd HH:mm:ss", as epoch seconds, rising: twice where it
 * was set back; where it leaves the time out, when it does so. Empty: it is no time.
 */
export function passesIn(zone: string, text: string): number[] {
  const plain = plainOf(text);
  if (Number.isNaN(plain) || plain < DAY_S || plain > LAST_S) return [];
  const before = plain - offsetAt(zone, plain - DAY_S);
  const behind = plain - offsetAt(zone, plain + DAY_S);
  const passes = [...new Set([before, behind])].filter(
    (epochS) => dateTimeIn(zone, epochS) === text,
  );
  return passes.length > 0 ? passes : [before];
}

/** The first of them that is not before `notBeforeS`, else the last one; NaN: it is no time. */
export function epochIn(zone: string, text: string, notBeforeS = Number.NEGATIVE_INFINITY): number {
  const passes = passesIn(zone, text);
  return passes.find((epochS) => epochS >= notBeforeS) ?? passes.at(-1) ?? Number.NaN;
}

/** The first instant of a date. */
export function dayStart(zone: string, date: string): number {
  return epochIn(zone, `${date} 00:00:00`);
}

/** From the first instant of one date to the last one of another. */
export function daysOf(zone: string, from: string, to: string): Stretch {
  return { fromS: dayStart(zone, from), toS: dayStart(zone, addDays(to, 1)) };
}

/** The day of the zone in which an instant lies. */
export function dayOf(zone: string, epochS: number): Day {
  const date = dateOf(zone, epochS);
  return { date, ...daysOf(zone, date, date) };
}

/** When the clock shows these full hours of a day, 0 to 23; what it leaves out is left out. */
export function hoursOf(zone: string, day: Day, hours: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const hour of hours) {
    const text = `${day.date} ${String(hour).padStart(2, '0')}:00:00`;
    const epochS = epochIn(zone, text);
    if (dateTimeIn(zone, epochS) === text) found.push([hour, epochS]);
  }
  return found;
}

/** The same instant as the API takes it, without a zone to guess. */
export function utcText(epochS: number): string {
  return new Date(epochS * 1000).toISOString().replace('.000', '');
}

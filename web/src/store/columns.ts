/**
 * The columns of devices as the server sends them (docs/live.md), and how they are kept: a typed
 * array a number, an array a text. NaN is a number that is not known.
 */
export { alarmBits, type Columns, columnsOf, numberOf, packed } from '../live/packed.ts';

export const NUMBER_COLUMNS = [
  'g', // GroupID, 0: in none
  'hold', // HoldID of its enterprise
  'type', // 0 vehicle, 1 person, 2 asset
  'x', // longitude, millionths of a degree
  'y', // latitude, likewise
  'v', // speed, tenths of km/h
  'd', // degrees clockwise from north
  's', // 0 never reported, 1 parked, 2 idle, 3 moving
  'n', // when s became what it is, epoch seconds
  't', // when the newest fix was taken
  'r', // when it was heard last
  'u', // until when it counts as online
  'f', // bits: FLAG_...
  'km', // kilometres of today
  'p', // seconds between its reports while it moves
  'odo', // odometer, kilometres
  'fuel', // litres
  'volt', // supply, volts
  'bat', // battery, percent
  'gsm', // 0 to 31
  'sat', // satellites
  'temp', // degrees Celsius
] as const;

export const TEXT_COLUMNS = ['id', 'plate', 'oc', 'sim', 'model'] as const;

export type NumberColumn = (typeof NUMBER_COLUMNS)[number];
export type TextColumn = (typeof TEXT_COLUMNS)[number];

/** What is asked for, of snapshot and stream alike; "a" is the list of active alarm kinds. */
export const COLUMNS_ASKED = [...TEXT_COLUMNS, ...NUMBER_COLUMNS, 'a'].join(',');

export const FLAG_NOT_GPS = 1;
export const FLAG_IGNITION = 2;
export const FLAG_CONNECTED = 4;

/** The kinds of such bits, rising. */
export function alarmKinds(bits: number): number[] {
  const kinds: number[] = [];
  for (let kind = 0; kind < 32; kind++) {
    if ((bits >>> kind) & 1) kinds.push(kind);
  }
  return kinds;
}

/**
 * Alarm types as lists of alarms name them: the contract's words, "Enter geofence alarm[Depot]".
 * The place in the list is the kind of the live columns.
 */
import { alarmName } from './text.ts';

export const ALARM_TYPES = [
  'Removal alarm',
  'Power off alarm',
  'Cover open alarm',
  'SOS alarm',
  'Overspeed alarm',
  'Low battery alarm',
  'Vibration alarm',
  'Enter geofence alarm',
  'Leave geofence alarm',
  'Communication interrupted alarm',
  'Displacement alarm',
  'Fatigue driving alarm',
  'Collision alarm',
  'Rollover alarm',
  'GPS antenna alarm',
  'Temperature alarm',
  'Harsh acceleration alarm',
  'Harsh braking alarm',
  'Harsh cornering alarm',
  'Illegal unlock alarm',
  'Fuel drain alarm',
  'SIM changed alarm',
  'Low data alarm',
  'Low SMS alarm',
  'SIM expiry alarm',
];

/** The kind of a type, and what stands in its brackets; kind -1: unknown. */
export function readAlarmType(type: string): { kind: number; detail: string } {
  const bracket = type.indexOf('[');
  const name = bracket < 0 ? type : type.slice(0, bracket);
  const detail = bracket < 0 ? '' : type.slice(bracket + 1).replace(/\]$/, '');
  return { kind: ALARM_TYPES.indexOf(name), detail };
}

/** In the language that is chosen; an unknown one as it stands. */
export function alarmTypeName(type: string): string {
  const { kind, detail } = readAlarmType(type);
  if (kind < 0) return type;
  return detail === '' ? alarmName(kind) : `${alarmName(kind)} · ${detail}`;
}

/** Geofences in words: how large, what alarms, for whom. */
import { units } from '../i18n/choice.ts';
import * as f from '../i18n/format.ts';
import { count } from '../i18n/text.ts';
import type { FenceRow } from './draft.ts';
import { ALARMS } from './features.ts';
import { KINDS, type Shape } from './shape.ts';
import { fe } from './text.ts';

const M2_ACRE = 4046.8564224;
const M2_MI2 = 2_589_988.110336;
const M2_HA = 10_000;
const M2_KM2 = 1_000_000;

/** A number with so many digits as are worth reading. */
function short(n: number): string {
  return n < 10 ? f.decimal(n, 2) : n < 100 ? f.decimal(n, 1) : count(Math.round(n));
}

export function areaText(m2: number): string {
  if (units.value === 'mi') {
    if (m2 < M2_MI2) return `${short(m2 / M2_ACRE)} ${fe('fences.acre')}`;
    return `${short(m2 / M2_MI2)} ${fe('fences.mi2')}`;
  }
  if (m2 < M2_HA) return `${short(m2)} ${fe('fences.m2')}`;
  if (m2 < M2_KM2) return `${short(m2 / M2_HA)} ${fe('fences.ha')}`;
  return `${short(m2 / M2_KM2)} ${fe('fences.km2')}`;
}

export function lengthText(m: number): string {
  const isShort = m < 1000 && units.value !== 'mi';
  return isShort ? `${short(m)} ${fe('fences.m')}` : f.distance(m / 1000, 2);
}

export function kindText(kind: string): string {
  const known = KINDS.find((each) => each === kind);
  return known ? fe(`fences.${known}`) : kind;
}

function watchText({ AppliesTo, GroupIDs, DeviceIDs }: FenceRow): string {
  if (AppliesTo !== 'listed')
    return fe(AppliesTo === 'none' ? 'fences.for.none' : 'fences.for.all');
  const parts = [
    GroupIDs.length > 0 ? fe('fences.for.groups', { n: GroupIDs.length }) : '',
    DeviceIDs.length > 0 ? fe('fences.for.devices', { n: DeviceIDs.length }) : '',
  ];
  return parts.filter(Boolean).join(', ');
}

/** "Circle, 200 m · Enter and leave · all vehicles". */
export function rowText(row: FenceRow): string {
  const size = row.Radius === null || row.Shape !== 'circle' ? '' : lengthText(row.Radius);
  const shape = [kindText(row.Shape), size].filter(Boolean).join(', ');
  const alarm = ALARMS.find((each) => each === row.AlarmOn);
  return [shape, alarm ? fe(`fences.alarm.${alarm}`) : '', watchText(row)]
    .filter(Boolean)
    .join(' · ');
}

/** What is drawn, in words: of a line its length, of all others the area. */
export function sizeText({ kind, radiusM }: Shape): string {
  return kind === 'polygon' ? kindText(kind) : `${kindText(kind)}, ${lengthText(radiusM)}`;
}

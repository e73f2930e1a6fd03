/** How a device is now, as texts of the drawer; '' is not known. */
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import type { NumberColumn } from '../store/columns.ts';
import { FLAG_IGNITION, FLAG_NOT_GPS } from '../store/columns.ts';
import { PARKED } from '../store/state.ts';
import { fleet, now } from './fleet.ts';

/** Levels as the contract words them. */
const GSM_STEPS = [16, 25] as const;
const SATELLITE_STEPS = [4, 10] as const;

export function numberOf(slot: number, name: NumberColumn): number {
  return fleet.numbers[name][slot] as number;
}

function joined(parts: string[]): string {
  return parts.filter(Boolean).join(' · ');
}

function levelText(level: number, [middle, strong]: readonly [number, number]): string {
  if (Number.isNaN(level)) return '';
  if (level < middle) return t('drawer.level.weak', { n: level });
  return t(level < strong ? 'drawer.level.middle' : 'drawer.level.strong', { n: level });
}

export function gsmText(slot: number): string {
  return levelText(numberOf(slot, 'gsm'), GSM_STEPS);
}

export function satellitesText(slot: number): string {
  return levelText(numberOf(slot, 'sat'), SATELLITE_STEPS);
}

export function powerText(slot: number): string {
  const volt = numberOf(slot, 'volt');
  const percent = numberOf(slot, 'bat');
  return joined([
    Number.isNaN(volt) ? '' : f.measure(volt, 1, 'V'),
    Number.isNaN(percent) ? '' : t('drawer.battery', { n: Math.round(percent) }),
  ]);
}

export function odometerText(slot: number): string {
  const total = numberOf(slot, 'odo');
  const today = numberOf(slot, 'km');
  return joined([
    Number.isNaN(total) ? '' : f.distance(total),
    Number.isNaN(today) ? '' : t('drawer.kmToday', { km: f.distance(today) }),
  ]);
}

export function fuelText(slot: number): string {
  const fuel = numberOf(slot, 'fuel');
  return Number.isNaN(fuel) ? '' : f.measure(fuel, 1, t('unit.l'));
}

export function isCoarse(slot: number): boolean {
  return (numberOf(slot, 'f') & FLAG_NOT_GPS) !== 0;
}

/**
 * A parked vehicle's ignition is off since it parked. Of one that is on it is known only since when
 * it moves or idles: it may have been on before.
 */
export function ignitionText(slot: number): string {
  const isOn = (numberOf(slot, 'f') & FLAG_IGNITION) !== 0;
  const since = numberOf(slot, 'n');
  const isParked = numberOf(slot, 's') === PARKED;
  if (Number.isNaN(since) || isOn === isParked) return t(isOn ? 'drawer.on' : 'drawer.off');
  return t(isOn ? 'drawer.onSince' : 'drawer.offSince', { time: shortTime(since) });
}

/** HH:mm of today; of another day with its date. */
export function shortTime(epochS: number): string {
  const text = f.dateTime(epochS);
  const isToday = text.slice(0, 10) === f.dateTime(now.value).slice(0, 10);
  return isToday ? text.slice(11, 16) : text.slice(0, 16);
}

/** All of its sensors, by its status in words; that of the live columns until it is there. */
export function temperatureText(slot: number, status: string): string {
  const all = [...status.matchAll(/(\d+)# temperature (-?\d+(?:\.\d+)?)/g)].map((found) => ({
    sensor: found[1],
    celsius: Number(found[2]),
  }));
  const text = (celsius: number) => f.measure(celsius, 1, '℃');
  if (all.length > 1) {
    return all.map(({ sensor, celsius }) => `#${sensor} ${text(celsius)}`).join(' · ');
  }
  const one = numberOf(slot, 'temp');
  return Number.isNaN(one) ? '' : text(one);
}

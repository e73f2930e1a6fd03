/** Values of devices as texts, in the language, units and zone of who reads. NaN is a dash. */
import { ageOf } from './age.ts';
import { language, units, zone } from './choice.ts';
import { t } from './text.ts';
import { distanceIn, speedIn } from './units.ts';
import { dateTimeIn, timeIn } from './zone.ts';

/** What is rounded to nothing has no sign. */
const ZERO = /^-0(\.0+)?$/;

const formats = new Map<string, Intl.NumberFormat>();

/** A number with that many digits behind the point. */
export function decimal(n: number, digits: number): string {
  if (Number.isNaN(n)) return t('none');
  const name = `${language.value}${digits}`;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = formats.get(name) ?? new Intl.NumberFormat(language.value, options);
  formats.set(name, format);
  const text = format.format(n);
  return ZERO.test(text) ? text.slice(1) : text;
}

/** The same with its unit behind it. */
export function measure(n: number, digits: number, unit: string): string {
  return Number.isNaN(n) ? t('none') : `${decimal(n, digits)} ${unit}`;
}

export function age(seconds: number): string {
  if (Number.isNaN(seconds)) return t('none');
  const of = ageOf(seconds);
  if (of.unit === 'h') return t('age.h', { h: of.h, m: of.m });
  return t(`age.${of.unit}`, { n: of.n });
}

/** From tenths of km/h. */
export function speed(tenthsKmh: number): string {
  const unit = units.value === 'mi' ? t('unit.mph') : t('unit.kmh');
  return Number.isNaN(tenthsKmh)
    ? t('none')
    : `${decimal(speedIn(units.value, tenthsKmh), 0)} ${unit}`;
}

export function distance(km: number, digits = 1): string {
  return measure(distanceIn(units.value, km), digits, t(`unit.${units.value}`));
}

/** Latitude and longitude, of millionths of a degree. */
export function position(x: number, y: number): string {
  if (Number.isNaN(x) || Number.isNaN(y)) return t('none');
  return `${(y / 1e6).toFixed(6)}, ${(x / 1e6).toFixed(6)}`;
}

const COMPASS = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];
const COMPASS_ZH = ['北', '东北', '东', '东南', '南', '西南', '西', '西北'];

export function course(degrees: number): string {
  if (Number.isNaN(degrees)) return t('none');
  const names = language.value === 'zh' ? COMPASS_ZH : COMPASS;
  return names[Math.round(degrees / 45) % 8] ?? '';
}

export function dateTime(epochS: number): string {
  return Number.isNaN(epochS) ? t('none') : dateTimeIn(zone.value, epochS);
}

export function time(epochS: number): string {
  return Number.isNaN(epochS) ? t('none') : timeIn(zone.value, epochS);
}

/**
 * Alarm rules as an inheritance: enterprise → group → device. Of each field a scope sets a value,
 * sets it off, or sets nothing and takes what stands above it. Who reads a row sees what holds,
 * and from where.
 */
import type { Data } from '../app/api.ts';

export type Rules = Data<'manage/GetAlarmRules'>;
export const SCOPES = ['enterprise', 'group', 'device'] as const;
export type Scope = (typeof SCOPES)[number];

interface FieldRow {
  name: FieldName;
  min: number;
  max: number;
  /** Decimals may be set, too. */
  isDecimal?: boolean;
}

export const FIELD_NAMES = [
  ...(['OverspeedKmh', 'OverspeedSeconds', 'OfflineMinutes', 'FatigueMinutes'] as const),
  ...(['DisplacementMeters', 'LowBatteryPercent', 'TemperatureMin', 'TemperatureMax'] as const),
  ...(['Temperatures', 'LowDataPercent', 'LowSMS', 'SIMExpiryDays'] as const),
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** With the bounds of the server (src/api/manage_rules.c). */
export const FIELDS: readonly FieldRow[] = [
  { name: 'OverspeedKmh', min: 1, max: 1000, isDecimal: true },
  { name: 'OverspeedSeconds', min: 0, max: 86_400 },
  { name: 'OfflineMinutes', min: 1, max: 527_040 },
  { name: 'FatigueMinutes', min: 1, max: 1440 },
  { name: 'DisplacementMeters', min: 1, max: 1_000_000 },
  { name: 'LowBatteryPercent', min: 1, max: 100 },
  { name: 'TemperatureMin', min: -273, max: 327, isDecimal: true },
  { name: 'TemperatureMax', min: -273, max: 327, isDecimal: true },
  { name: 'Temperatures', min: -273, max: 327, isDecimal: true },
  { name: 'LowDataPercent', min: 1, max: 100 },
  { name: 'LowSMS', min: 1, max: 1_000_000_000 },
  { name: 'SIMExpiryDays', min: 1, max: 3660 },
];

export interface Sensor {
  Sensor: number;
  Min: number | null;
  Max: number | null;
}

/** undefined: nobody sets it; null: off. */
export type Value = number | readonly Sensor[] | null | undefined;

export type Mode = 'inherit' | 'value' | 'off';

/** What a scope sets of a field, as it is edited. */
export interface Setting {
  mode: Mode;
  /** As typed, where the mode is a value. */
  text: string;
}
export type Settings = Record<FieldName, Setting>;

export function valueIn(rules: Rules, name: FieldName): Value {
  return (rules as unknown as Record<FieldName, Value>)[name];
}

const NUMBER = '[-−]?\\d+(?:[.,]\\d+)?';
const SENSOR = new RegExp(`^(\\d{1,2})\\s*:\\s*(${NUMBER})?\\s*(?:…|\\.{2,3})\\s*(${NUMBER})?$`);
const SENSORS_MAX = 16;

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text.replace('−', '-').replace(',', '.'));
}

/** "1: -5…8; 2: …4" as bounds of sensors; null: it is none. */
export function readSensors(text: string): Sensor[] | null {
  const found: Sensor[] = [];
  for (const part of text.split(';').filter((each) => each.trim() !== '')) {
    const [whole, number, low, high] = SENSOR.exec(part.trim()) ?? [];
    const [Min, Max] = [numberOf(low), numberOf(high)];
    if (whole === undefined || (Min === null && Max === null)) return null;
    if (Min !== null && Max !== null && Min > Max) return null;
    if (found.some(({ Sensor }) => Sensor === Number(number))) return null;
    found.push({ Sensor: Number(number), Min, Max });
  }
  return found.length > 0 && found.length <= SENSORS_MAX ? found : null;
}

export function textOf(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return value.map(({ Sensor, Min, Max }) => `${Sensor}: ${Min ?? ''}…${Max ?? ''}`).join('; ');
}

function settingOf(value: Value): Setting {
  if (value === undefined) return { mode: 'inherit', text: '' };
  return value === null ? { mode: 'off', text: '' } : { mode: 'value', text: textOf(value) };
}

/** Of the row of a scope alone, without what is above it. */
export function settingsOf(own: Rules): Settings {
  const all = FIELD_NAMES.map((name) => [name, settingOf(valueIn(own, name))] as const);
  return Object.fromEntries(all) as Settings;
}

export function isSame(a: Setting, b: Setting): boolean {
  return a.mode === b.mode && (a.mode !== 'value' || a.text.trim() === b.text.trim());
}

/** The value that a setting means; undefined: it inherits; NaN: it is no value that may be. */
export function meant(name: FieldName, { mode, text }: Setting): Value {
  if (mode === 'inherit') return undefined;
  if (mode === 'off') return null;
  if (name === 'Temperatures') return readSensors(text) ?? Number.NaN;
  const row = FIELDS.find((each) => each.name === name) as FieldRow;
  const value = text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.'));
  const isWhole = row.isDecimal || Number.isInteger(value);
  return isWhole && value >= row.min && value <= row.max ? value : Number.NaN;
}

export function isBad(name: FieldName, setting: Setting): boolean {
  const value = meant(name, setting);
  return typeof value === 'number' && Number.isNaN(value);
}

/** The fields of SetAlarmRules: those that the scope sets, and no others. */
export function requestOf(settings: Settings): Partial<Record<FieldName, Value>> {
  const set = FIELD_NAMES.map((name) => [name, meant(name, settings[name])] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== undefined));
}

export type Source = 'own' | 'enterprise' | 'group' | 'none';

export interface Shown {
  /** What holds. */
  value: Value;
  source: Source;
  /** What it takes the place of, where the scope sets it itself. */
  above: Value;
  aboveSource: Source;
}

function sourceIn(above: Rules | null, name: FieldName): Source {
  const source = above?.Sources?.[name];
  return source === 'enterprise' || source === 'group' ? source : 'none';
}

/** What holds of a field with a setting, below `above` (effective; null: nothing is above). */
export function shownOf(name: FieldName, setting: Setting, above: Rules | null): Shown {
  const aboveSource = sourceIn(above, name);
  const of = above && aboveSource !== 'none' ? valueIn(above, name) : undefined;
  if (setting.mode === 'inherit') {
    return { value: of, source: aboveSource, above: of, aboveSource };
  }
  return { value: meant(name, setting), source: 'own', above: of, aboveSource };
}

/** Mine on top of what somebody else saved: what I did not touch follows, the rest is told. */
export function rebase(base: Settings, mine: Settings, fresh: Settings) {
  const settings = { ...mine };
  const theirs: Partial<Settings> = {};
  for (const name of FIELD_NAMES) {
    if (isSame(base[name], fresh[name])) continue;
    if (isSame(base[name], mine[name])) settings[name] = fresh[name];
    else if (!isSame(mine[name], fresh[name])) theirs[name] = fresh[name];
  }
  return { settings, theirs };
}

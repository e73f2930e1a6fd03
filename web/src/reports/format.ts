/** Cells of reports as texts, in the language, units and zone of who reads. */
import { alarmTypeName } from '../i18n/alarm_type.ts';
import { units } from '../i18n/choice.ts';
import * as f from '../i18n/format.ts';
import { rt } from '../i18n/reports.ts';
import { t } from '../i18n/text.ts';
import { distanceIn } from '../i18n/units.ts';
import type { Cell, CellKind, Column } from './kinds.ts';

/** Hours, minutes and seconds, of which a column may be added up by eye: 5:04:09. */
export function lengthText(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  return `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

const texts: Record<CellKind, (cell: string & number) => string> = {
  text: (cell) => cell,
  place: (cell) => cell,
  position: (cell) => cell,
  date: (cell) => cell,
  alarm: (cell) => alarmTypeName(cell),
  yesNo: (cell) => rt(cell === 0 ? 'report.no' : 'report.yes'),
  time: (cell) => f.dateTime(cell),
  length: (cell) => lengthText(cell),
  km: (cell) => f.decimal(distanceIn(units.value, cell), 1),
  count: (cell) => f.decimal(cell, 0),
  speed: (cell) => f.decimal(distanceIn(units.value, cell), 0),
  litres: (cell) => f.decimal(cell, 1),
  course: (cell) => `${f.decimal(cell, 0)}° ${f.course(cell)}`,
};

const ENDS = ['end', 'left'];

/** What of a column is told in a row; what is not known is a dash. */
export function cellText({ name, cell: kind }: Column, cell: Cell): string {
  if (cell === null) return rt(ENDS.includes(name) ? 'report.goesOn' : 'report.none');
  return texts[kind](cell as string & number);
}

/** In which unit a column is; '': in none. */
export function unitOf({ cell }: Column): string {
  if (cell === 'km') return t(`unit.${units.value}`);
  if (cell === 'speed') return t(units.value === 'mi' ? 'unit.mph' : 'unit.kmh');
  return cell === 'litres' ? t('unit.l') : '';
}

/** What a column is called, with its unit. */
export function titleOf(column: Column): string {
  const name = rt(`report.col.${column.name}` as Parameters<typeof rt>[0]);
  const unit = unitOf(column);
  return unit === '' ? name : `${name}, ${unit}`;
}

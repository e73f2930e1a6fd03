/** The columns of the table: how each is called, sorted, and written. */
import { computed, signal } from '@preact/signals';
import * as f from '../i18n/format.ts';
import type { TextKey } from '../i18n/text.ts';
import { alarmName, t } from '../i18n/text.ts';
import type { NumberColumn, TextColumn } from '../store/columns.ts';
import { alarmKinds, FLAG_IGNITION } from '../store/columns.ts';
import { STATE_NAMES } from '../store/state.ts';
import type { SortKey } from '../store/view.ts';
import { TextRanks } from '../store/view.ts';
import { compareTexts } from '../store/words.ts';
import { mayChooseEnterprise, nameOfHold, showsBelow } from './enterprises.ts';
import { fleet, groups, now } from './fleet.ts';
import { speedNow } from './look.ts';
import { placeIsAwaited, placeOf } from './places.ts';
import { enterprises } from './session.ts';
import { keep, kept, whenChosen } from './settings.ts';

export interface Column {
  name: string;
  title: TextKey;
  /** Pixels, unless the reader chose another width. */
  width: number;
  isNumber: boolean;
  /** Shown unless the reader chose otherwise. */
  isUsual: boolean;
  text(slot: number): string;
  /** What rows are sorted by; the same function again only where no value can have changed. */
  key(): SortKey;
}

const number = (name: NumberColumn) => (slot: number) => fleet.numbers[name][slot] as number;

function byNumber(name: NumberColumn): () => SortKey {
  return () => number(name);
}

function byText(name: TextColumn): () => SortKey {
  const ranks = new TextRanks();
  return () => ranks.keyOf(fleet, fleet.texts[name]);
}

/** A column, and what decides between equal ones of any other. */
export const plateRank = byText('plate');

/** Alarms first, then what moves, idles, is parked, offline, was never heard. */
const STATE_RANKS = [5, 3, 2, 1, 4];
const byState: () => SortKey = () => (slot) =>
  fleet.alarms[slot] ? 0 : (STATE_RANKS[fleet.states[slot] as number] ?? 6);

function byGroup(): SortKey {
  const places = new Map(groups.value.map(([group], place) => [group, place]));
  return (slot) => places.get(fleet.numbers.g[slot] as number) ?? Number.NaN;
}

function alarmsText(slot: number): string {
  return alarmKinds(fleet.alarms[slot] as number)
    .map(alarmName)
    .join(', ');
}

function powerText(slot: number): string {
  const volt = number('volt')(slot);
  const percent = number('bat')(slot);
  const parts = [];
  if (!Number.isNaN(volt)) parts.push(`${f.decimal(volt, 1)} V`);
  if (!Number.isNaN(percent)) parts.push(`${f.decimal(percent, 0)} %`);
  return parts.join(' · ') || t('none');
}

export function groupName(slot: number): string {
  const group = fleet.numbers.g[slot] as number;
  return groups.value.find(([each]) => each === group)?.[1] ?? '';
}

function holdName(slot: number): string {
  return nameOfHold(fleet.numbers.hold[slot] as number) || t('none');
}

const holdRanks = computed(() => {
  const sorted = [...enterprises.value.rows].sort((a, b) => compareTexts(a.HoldName, b.HoldName));
  return new Map(sorted.map(({ HoldID }, place) => [HoldID, place]));
});
function byHold(): SortKey {
  const ranks = holdRanks.value;
  return (slot) => ranks.get(fleet.numbers.hold[slot] as number) ?? Number.NaN;
}

export function stateText(slot: number): string {
  return t(`state.${STATE_NAMES[fleet.states[slot] as number] ?? 'never'}`);
}

const age = (name: NumberColumn) => (slot: number) => f.age(now.value - number(name)(slot));
const text = (name: TextColumn) => (slot: number) => fleet.texts[name][slot] || t('none');
const whole = (name: NumberColumn) => (slot: number) => f.decimal(number(name)(slot), 0);

const isOff = (slot: number) => ((number('f')(slot) & FLAG_IGNITION) === 0 ? 1 : 0);

function row(
  name: string,
  width: number,
  write: (slot: number) => string,
  key: () => SortKey,
  more: { isNumber?: boolean; isUsual?: boolean } = {},
): Column {
  const title = `column.${name}` as TextKey;
  return { name, title, width, isNumber: false, isUsual: false, ...more, text: write, key };
}

const usual = { isUsual: true };
const usualNumber = { isUsual: true, isNumber: true };
const numeric = { isNumber: true };
const place = (slot: number) => placeOf(slot) || (placeIsAwaited(slot) ? '' : t('none'));

export const COLUMNS: readonly Column[] = [
  row('state', 116, stateText, byState, usual),
  row('plate', 148, text('plate'), plateRank, usual),
  row('since', 92, age('n'), byNumber('n'), usualNumber),
  row(
    'speed',
    96,
    (slot) => f.speed(speedNow(slot)),
    () => (slot) => speedNow(slot),
    usualNumber,
  ),
  row('place', 220, place, byNumber('x'), usual),
  row('age', 92, age('t'), byNumber('t'), usualNumber),
  row('alarms', 136, alarmsText, () => (slot) => -(fleet.alarms[slot] as number), usual),
  row('km', 96, (slot) => f.distance(number('km')(slot)), byNumber('km'), usualNumber),
  row(
    'fuel',
    76,
    (slot) => f.measure(number('fuel')(slot), 1, t('unit.l')),
    byNumber('fuel'),
    usualNumber,
  ),
  row('power', 116, powerText, byNumber('volt'), usualNumber),
  row('group', 132, (slot) => groupName(slot) || t('none'), byGroup, usual),
  row('hold', 148, holdName, byHold),
  row('id', 156, text('id'), byText('id')),
  row('oc', 112, text('oc'), byText('oc')),
  row('sim', 128, text('sim'), byText('sim')),
  row('model', 104, text('model'), byText('model')),
  row('odo', 112, (slot) => f.distance(number('odo')(slot)), byNumber('odo'), numeric),
  row('temp', 104, (slot) => f.measure(number('temp')(slot), 1, '℃'), byNumber('temp'), numeric),
  row('gsm', 64, whole('gsm'), byNumber('gsm'), numeric),
  row('sat', 88, whole('sat'), byNumber('sat'), numeric),
  row('course', 76, (slot) => f.course(number('d')(slot)), byNumber('d')),
  row(
    'ignition',
    80,
    (slot) => t(isOff(slot) ? 'drawer.off' : 'drawer.on'),
    () => (slot) => isOff(slot),
  ),
  row('position', 176, (slot) => f.position(number('x')(slot), number('y')(slot)), byNumber('y')),
  row('gpsTime', 156, (slot) => f.dateTime(number('t')(slot)), byNumber('t'), numeric),
  row('rcvTime', 156, (slot) => f.dateTime(number('r')(slot)), byNumber('r'), numeric),
];

export const DEFAULT_SORT = 'plate';

const byName = new Map(COLUMNS.map((column) => [column.name, column]));

export function columnOf(name: string): Column | undefined {
  return byName.get(name);
}

/* ---- what the reader chose ---- */

const usualNames = COLUMNS.filter((column) => column.isUsual).map((column) => column.name);

function readChosen(): string[] {
  const names = kept('columns')
    .split(',')
    .filter((name) => byName.has(name));
  return names.length > 0 ? names : usualNames;
}

function readWidths(): Record<string, number> {
  const pairs = kept('widths')
    .split(',')
    .map((pair) => pair.split(':'));
  return Object.fromEntries(pairs.map(([name, width]) => [name, Number(width)]));
}

const chosenNames = signal(readChosen());
const widths = signal(readWidths());
whenChosen('columns', () => {
  chosenNames.value = readChosen();
});
whenChosen('widths', () => {
  widths.value = readWidths();
});
const HOLD = 'hold';
const WIDTH_MIN = 48;
const WIDTH_MAX = 640;

/** Where there is something to choose: whose a device is says nothing in a lone enterprise. */
export const columnsOffered = computed(() =>
  COLUMNS.filter(({ name }) => name !== HOLD || mayChooseEnterprise.value),
);
/** Behind the plate, where devices of several enterprises are shown. */
export const columnsShown = computed(() => {
  const names = chosenNames.value.filter((name) => name !== HOLD || mayChooseEnterprise.value);
  if (showsBelow.value && !names.includes(HOLD)) names.splice(names.indexOf('plate') + 1, 0, HOLD);
  return names.map((name) => byName.get(name)).filter((column) => column !== undefined);
});

export function widthOf(column: Column): number {
  return widths.value[column.name] || column.width;
}

export function setWidth(name: string, width: number): void {
  const fit = Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width)));
  widths.value = { ...widths.value, [name]: fit };
  keep(
    'widths',
    Object.entries(widths.value)
      .map((pair) => pair.join(':'))
      .join(','),
  );
}

function choose(names: string[]): void {
  chosenNames.value = names;
  keep('columns', names.join(','));
}

/** Shows a column, or hides it; the last one stays. */
export function toggleColumn(name: string): void {
  const names = chosenNames.value;
  const rest = names.filter((each) => each !== name);
  if (rest.length === names.length) choose([...names, name]);
  else if (rest.length > 0) choose(rest);
}

/** One place to the left (-1) or right (1). */
export function moveColumn(name: string, step: number): void {
  const names = [...chosenNames.value];
  const at = names.indexOf(name);
  const to = at + step;
  if (at < 0 || to < 0 || to >= names.length) return;
  names.splice(at, 1);
  names.splice(to, 0, name);
  choose(names);
}

export function resetColumns(): void {
  choose(usualNames);
  widths.value = {};
  keep('widths', '');
}

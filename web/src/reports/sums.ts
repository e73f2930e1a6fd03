/** What rows add up to: above the table, and in the bars of the chart. */
import { dateOf, type Stretch } from '../i18n/day.ts';
import { type Cell, COLUMNS, type Column, type Kind, type ReportRow } from './kinds.ts';

export interface Total {
  column: Column;
  value: number;
}

/** Of the columns that have one, where any row tells it. */
export function totalsOf(kind: Kind, rows: readonly ReportRow[]): Total[] {
  const totals: Total[] = [];
  for (const [at, column] of COLUMNS[kind].entries()) {
    if (!column.total) continue;
    let value = Number.NaN;
    for (const row of rows) {
      const cell = row.cells[at];
      if (typeof cell !== 'number') continue;
      if (Number.isNaN(value)) value = cell;
      else value = column.total === 'sum' ? value + cell : Math.max(value, cell);
    }
    if (!Number.isNaN(value)) totals.push({ column, value });
  }
  return totals;
}

/** The column whose sum the bars show; null: they count rows. */
const BARS: Partial<Record<Kind, string>> = {
  mileage: 'km',
  trips: 'km',
  days: 'km',
  stops: 'length',
  fences: 'length',
  offline: 'length',
};

export function barColumn(kind: Kind): Column | null {
  return COLUMNS[kind].find(({ name }) => name === BARS[kind]) ?? null;
}

export interface Bar {
  /** A plate; a date, "yyyy-MM-dd"; or an hour, "HH". */
  name: string;
  value: number;
}

/** More have no room for bars that can be told apart. */
export const BARS_MAX = 40;
const DAY_S = 86_400;

/** The bars of one day are its hours. */
export function isOneDay({ fromS, toS }: Stretch): boolean {
  return toS - fromS < 1.5 * DAY_S;
}

function numberIn(cell: Cell | undefined): number {
  return typeof cell === 'number' ? cell : 0;
}

function addTo(bars: Map<string, number>, name: string, value: number): void {
  bars.set(name, (bars.get(name) ?? 0) + value);
}

/** Dates or hours of a stretch, in turn, where the clock of the zone shows them. */
export function slotsOf(zone: string, stretch: Stretch, hourIn: HourIn): string[] {
  const isDay = isOneDay(stretch);
  const names = new Set<string>();
  for (let atS = stretch.fromS; atS < stretch.toS; atS += 3600)
    names.add(isDay ? hourIn(zone, atS) : dateOf(zone, atS));
  return [...names];
}

type HourIn = (zone: string, epochS: number) => string;

/** Bars by vehicle for mileage, the longest first, else by day, or by the hour of one day. */
export function barsOf(
  kind: Kind,
  rows: readonly ReportRow[],
  { zone, ...stretch }: Stretch & { zone: string },
  hourIn: HourIn,
): Bar[] {
  const column = barColumn(kind);
  const at = column === null ? -1 : COLUMNS[kind].indexOf(column);
  const amountOf = (row: ReportRow) => (at < 0 ? 1 : numberIn(row.cells[at]));
  const sums = new Map<string, number>();
  if (kind === 'mileage') {
    for (const row of rows) addTo(sums, row.plate, amountOf(row));
    const all = [...sums].map(([name, value]) => ({ name, value }));
    return all.sort((a, b) => b.value - a.value);
  }
  const isDay = isOneDay(stretch);
  for (const name of slotsOf(zone, stretch, hourIn)) sums.set(name, 0);
  for (const row of rows) {
    const atS = Math.max(stretch.fromS, row.fromS);
    addTo(sums, isDay ? hourIn(zone, atS) : dateOf(zone, atS), amountOf(row));
  }
  return [...sums].map(([name, value]) => ({ name, value }));
}

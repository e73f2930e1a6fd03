/** Periods as people name them, as days of the enterprise's zone; weeks begin on Monday. */
import { addDays, daysBetween, isDate, weekdayOf } from '../i18n/day.ts';

export const PERIODS = [
  'today',
  'yesterday',
  'thisWeek',
  'lastWeek',
  'thisMonth',
  'lastMonth',
] as const;
export type Period = (typeof PERIODS)[number] | 'range';

export interface Days {
  /** yyyy-MM-dd, both included. */
  from: string;
  to: string;
}

/** A report of more days is refused: its rows say nothing that months of it would not. */
export const DAYS_MAX = 366;

const firstOfMonth = (date: string) => `${date.slice(0, 7)}-01`;

export function daysOfPeriod(period: Exclude<Period, 'range'>, today: string): Days {
  const monday = addDays(today, -weekdayOf(today));
  const first = firstOfMonth(today);
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'thisWeek':
      return { from: monday, to: today };
    case 'lastWeek':
      return { from: addDays(monday, -7), to: addDays(monday, -1) };
    case 'thisMonth':
      return { from: first, to: today };
    case 'lastMonth':
      return { from: firstOfMonth(addDays(first, -1)), to: addDays(first, -1) };
  }
}

export function isPeriod(text: string): text is Period {
  return text === 'range' || (PERIODS as readonly string[]).includes(text);
}

/** Why a range cannot be reported on; null: it can. */
export function rangeFault({ from, to }: Days, today: string): 'date' | 'order' | 'long' | null {
  if (!isDate(from) || !isDate(to)) return 'date';
  if (from > to || from > today) return 'order';
  return daysBetween(from, to) >= DAYS_MAX ? 'long' : null;
}

export function dayCount({ from, to }: Days): number {
  return daysBetween(from, to) + 1;
}

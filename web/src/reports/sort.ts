/** The order of rows by a column: what is not known stands last, whichever way it is sorted. */
import type { Cell, ReportRow } from './kinds.ts';

export interface Sort {
  /** Number of the column; -1: as the rows came, by vehicle and time. */
  column: number;
  falls: boolean;
}

export const UNSORTED: Sort = { column: -1, falls: false };

const texts = new Intl.Collator('zh-Hans-CN', { numeric: true });

function compare(a: Cell, b: Cell): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return texts.compare(String(a), String(b));
}

/** Numbers of rows, in order. */
export function orderOf(
  rows: readonly Pick<ReportRow, 'cells'>[],
  { column, falls }: Sort,
): Int32Array {
  const order = Int32Array.from(rows, (_, i) => i);
  if (column < 0) return order;
  const cells = rows.map((row) => row.cells[column] ?? null);
  return order.sort((i, j) => {
    const [a = null, b = null] = [cells[i], cells[j]];
    if (a === null || b === null) return Number(a === null) - Number(b === null) || i - j;
    return (falls ? -compare(a, b) : compare(a, b)) || i - j;
  });
}

/** By another column it rises, by the same it falls, and the third time it is as it came. */
export function sortBy({ column, falls }: Sort, chosen: number): Sort {
  if (column !== chosen) return { column: chosen, falls: false };
  return falls ? UNSORTED : { column, falls: true };
}

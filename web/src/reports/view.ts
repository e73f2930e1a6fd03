/** How the report is looked at: the order of its rows, the row that is chosen, what is open. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { rowIsOnMap } from '../app/page.ts';
import { keep, kept, whenChosen } from '../app/settings.ts';
import type { ReportRow } from './kinds.ts';
import { report } from './run.ts';
import { orderOf, type Sort, sortBy, UNSORTED } from './sort.ts';

const CHART = 'reportChart';

export const sort = signal<Sort>(UNSORTED);
/** The row that the map shows; null: none. */
export const rowChosen = signal<ReportRow | null>(null);
export const chartIsShown = signal(kept(CHART) !== '0');
/** On a phone what is asked for takes the page, until there is something to see. */
export const panelIsOpen = signal(false);

whenChosen(CHART, (value) => {
  chartIsShown.value = value !== '0';
});

export function toggleChart(): void {
  chartIsShown.value = !chartIsShown.peek();
  keep(CHART, chartIsShown.peek() ? '' : '0');
}

/** Numbers of rows, in the order shown. */
export const order = computed(() => orderOf(report.value?.rows ?? [], sort.value));

export function sortByColumn(column: number): void {
  sort.value = sortBy(sort.peek(), column);
}

export function chooseRow(row: ReportRow | null): void {
  rowChosen.value = row;
  rowIsOnMap.value = row !== null;
}

/** The row beside the chosen one; from none the first. */
export function stepRow(by: number): void {
  const rows = report.peek()?.rows ?? [];
  const at = order.peek().indexOf(rows.indexOf(rowChosen.peek() as ReportRow));
  const to = at < 0 ? 0 : at + by;
  const row = rows[order.peek()[to] ?? -1];
  if (row) chooseRow(row);
}

/** Another report begins without an order, and without a row; the answer ends it. */
export function followReport(): () => void {
  const which = computed(() => report.value?.rows ?? null);
  const kind = computed(() => report.value?.asked.kind ?? '');
  const ends = [
    effect(() => {
      which.value;
      untracked(() => chooseRow(null));
    }),
    effect(() => {
      kind.value;
      sort.value = UNSORTED;
    }),
  ];
  return () => {
    for (const end of ends) end();
    chooseRow(null);
  };
}

/** What was done in the enterprise, and by whom: a page of it at a time, of some days. */
import { signal } from '@preact/signals';
import type { Row } from '../app/api.ts';
import { onOtherAccount } from '../app/typed.ts';
import { readPage } from './lists.ts';

export type Entry = Row<'manage/ListAudit'>;

export interface Filter {
  /** yyyy-MM-dd of the enterprise's zone; '': any. */
  from: string;
  to: string;
  key: string;
}

export const AUDIT_ROWS = 50;
const NO_FILTER: Filter = { from: '', to: '', key: '' };

export const filter = signal<Filter>(NO_FILTER);
export const auditPage = signal(1);
export const audit = signal<{ rows: readonly Entry[]; total: number } | 'failed' | null>(null);

let asked = 0;

export async function readAudit(): Promise<void> {
  const { from, to, key } = filter.peek();
  const fields = {
    PageIndex: auditPage.peek(),
    PageSize: AUDIT_ROWS,
    ...(key === '' ? {} : { Key: key }),
    ...(from === '' ? {} : { StartTime: `${from} 00:00:00` }),
    ...(to === '' ? {} : { EndTime: `${to} 23:59:59` }),
  };
  asked += 1;
  const mine = asked;
  const found = await readPage('manage/ListAudit', fields).catch(() => null);
  if (mine !== asked) return;
  audit.value = found && { rows: found.data as unknown as Entry[], total: found.total };
  audit.value ??= 'failed';
}

/** Those of another enterprise are not shown here. */
export function beginAudit(): void {
  auditPage.value = 1;
  audit.value = null;
  void readAudit();
}

// what one account looked for is nothing to the next
onOtherAccount(() => {
  filter.value = NO_FILTER;
});

const TYPING_MS = 250;
let timer = 0;

export function setFilter(patch: Partial<Filter>): void {
  filter.value = { ...filter.value, ...patch };
  auditPage.value = 1;
  clearTimeout(timer);
  timer = window.setTimeout(() => void readAudit(), TYPING_MS);
}

export function turnAudit(page: number): void {
  auditPage.value = page;
  void readAudit();
}

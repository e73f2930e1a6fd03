/**
 * Reports as files: the server makes them, also of what is too long for a page. The list of the
 * account's files is read while one is under way; one that was asked for here is saved once it is
 * done.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import type { Row } from '../app/api.ts';
import { ApiError } from '../app/api.ts';
import { follow } from '../app/download.ts';
import { say } from '../app/notice.ts';
import { isSeen } from '../app/screen.ts';
import { call, me } from '../app/session.ts';
import { newRequestId } from '../app/setup.ts';
import { rt } from '../i18n/reports.ts';
import { fileFields } from './file_fields.ts';

export type File = Row<'manage/ListReports'>;
export type Format = 'csv' | 'xlsx';
export const FORMATS: readonly Format[] = ['xlsx', 'csv'];

const ROWS = 100;
const AGAIN_MS = 1500;

export const files = signal<readonly File[]>([]);
export const filesFailed = signal(false);
/** A file is being asked for. */
export const isAsking = signal(false);

/** ReportIDs that were asked for on this page, and are saved when they are done. */
let awaited = new Set<number>();
let turn = 0;
let timer = 0;

export function isUnderWay({ State }: File): boolean {
  return State === 'waiting' || State === 'running';
}

export const underWay = computed(() => files.value.filter(isUnderWay).length);

function reason(error: unknown): string {
  return error instanceof ApiError && error.message !== '' ? error.message : rt('report.tryAgain');
}

/** What became of those that were asked for here. */
function tell(rows: readonly File[]): void {
  for (const file of rows) {
    if (!awaited.has(file.ReportID) || isUnderWay(file)) continue;
    awaited.delete(file.ReportID);
    if (file.State === 'done') void download(file.ReportID);
    if (file.State === 'failed') say(rt('report.fileFailed', { why: file.Error }));
  }
}

async function read(): Promise<void> {
  const own = ++turn;
  clearTimeout(timer);
  const found = await call('manage/ListReports', { PageIndex: 1, PageSize: ROWS }).catch(
    () => null,
  );
  if (own !== turn) return;
  filesFailed.value = found === null;
  if (found !== null) {
    files.value = found.data;
    tell(found.data);
  }
  const goesOn = underWay.peek() > 0 || (found === null && awaited.size > 0);
  if (goesOn && isSeen.peek()) timer = window.setTimeout(() => void read(), AGAIN_MS);
}

/** Has the report that is asked for made as a file. */
export async function makeFile(format: Format): Promise<void> {
  isAsking.value = true;
  try {
    const made = await call('manage/AddReport', {
      ...fileFields(format),
      RequestID: newRequestId(),
    });
    awaited.add(made.ReportID);
    say(rt('report.fileBegun'));
    await read();
  } catch (error) {
    say(rt('report.fileRefused', { why: reason(error) }));
  }
  isAsking.value = false;
}

export async function download(id: number): Promise<void> {
  try {
    follow((await call('manage/AddDownload', { ReportID: id })).Path);
  } catch (error) {
    say(rt('report.fileRefused', { why: reason(error) }));
  }
}

async function change(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    say(rt('report.fileRefused', { why: reason(error) }));
  }
  await read();
}

export function cancelFile(id: number): Promise<void> {
  awaited.delete(id);
  return change(() => call('manage/CancelReport', { ReportID: id }));
}

export function deleteFile(id: number): Promise<void> {
  return change(() => call('manage/DeleteReport', { ReportID: id }));
}

/** While the page is shown; the answer ends it. */
export function followFiles(): () => void {
  const hold = computed(() => me.value?.HoldID);
  const end = effect(() => {
    hold.value; // each enterprise has files of its own
    if (isSeen.value) untracked(() => void read());
  });
  return () => {
    end();
    turn++;
    clearTimeout(timer);
    awaited = new Set();
    files.value = [];
  };
}

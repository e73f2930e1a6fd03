/**
 * The report that is shown. A small one is read as soon as it is asked for, a large one when the
 * reader says so; what was shown before stays until the first rows of the new one are there, and
 * what was read stays when it is cancelled or fails.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { ApiError } from '../app/api.ts';
import { me } from '../app/session.ts';
import { language } from '../i18n/choice.ts';
import { type Asked, askedNow, question, runsByItself } from './asked.ts';
import type { ReportRow } from './kinds.ts';
import { pagesOf } from './read.ts';

export interface Report {
  asked: Asked;
  /** As they came; the same array as long as it is the same report. */
  rows: ReportRow[];
  /** Vehicles of which all is told. */
  done: number;
  /** Some rows of a vehicle cannot be read. */
  isCut: boolean;
  /** There are more rows than a page shows. */
  isFull: boolean;
  state: 'reading' | 'done' | 'cancelled' | 'failed';
  /** Why, where it failed. */
  fault: string;
}

/** null: nothing was asked for yet. */
export const report = signal<Report | null>(null);
/** A report is asked for, and has no rows yet. */
export const isStarting = signal(false);
/** Why a report failed that has no rows yet; null: none did. What was there before stays. */
export const startFault = signal<string | null>(null);
/** The question of which the report is, or that is being read. */
const read = signal('');

/** What is asked for is large: it is not read until the reader says so. */
export const waitsForRun = computed(() => question.value !== '' && read.value !== question.value);

const REST_MS = 400;
export const ROWS_MAX = 50_000;
let turn = 0;
let timer = 0;

function faultOf(error: unknown): string {
  return error instanceof ApiError && error.code !== 0 ? error.message || String(error.code) : '';
}

/** Takes the pages as they come, as long as nobody asks for something else. */
async function take(asked: Asked, own: number): Promise<void> {
  const rows: ReportRow[] = [];
  let shown: Report = {
    ...{ asked, rows, done: 0, isCut: false, isFull: false },
    ...{ state: 'reading', fault: '' },
  };
  const show = (patch: Partial<Report>) => {
    shown = { ...shown, ...patch };
    isStarting.value = false;
    report.value = shown;
  };
  try {
    for await (const page of pagesOf(asked)) {
      if (own !== turn) return;
      rows.push(...page.rows.slice(0, ROWS_MAX - rows.length));
      const isFull = rows.length >= ROWS_MAX;
      show({ done: page.done, isCut: shown.isCut || page.isCut === true, isFull });
      if (isFull) break;
    }
    if (own === turn) show({ state: 'done' });
  } catch (error) {
    if (own !== turn) return;
    if (isStarting.peek()) startFault.value = faultOf(error);
    else show({ state: 'failed', fault: faultOf(error) });
    isStarting.value = false;
  }
}

export function run(): void {
  if (question.peek() === '') return;
  clearTimeout(timer);
  read.value = question.peek();
  isStarting.value = true;
  startFault.value = null;
  void take(askedNow(), ++turn);
}

/** Stops reading; what was read stays. */
export function cancel(): void {
  turn++;
  isStarting.value = false;
  const shown = report.peek();
  if (shown?.state === 'reading') report.value = { ...shown, state: 'cancelled' };
  else read.value = '';
}

function forget(): void {
  startFault.value = null;
  turn++;
  clearTimeout(timer);
  isStarting.value = false;
  read.value = '';
  report.value = null;
}

/** While the page is shown; the answer ends it. */
export function followQuestion(): () => void {
  let before = '';
  const wanted = computed(() => `${question.value}\n${language.value}`);
  const hold = computed(() => me.value?.HoldID);
  const endHold = effect(() => {
    hold.value;
    untracked(forget); // what is shown is another enterprise's
  });
  const end = effect(() => {
    const isAnother = wanted.value !== before;
    before = wanted.value;
    const isSmall = runsByItself.value;
    untracked(() => {
      if (!isAnother) return;
      clearTimeout(timer);
      if (question.peek() === '') return;
      // the first one need not wait: nobody is still choosing
      const restMs = report.peek() === null && !isStarting.peek() ? 0 : REST_MS;
      if (isSmall) timer = window.setTimeout(run, restMs);
    });
  });
  return () => {
    end();
    endHold();
    forget();
  };
}

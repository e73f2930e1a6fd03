/**
 * Commands to the selected device: what is asked before one is given that could do harm, what
 * became of the last one, and the records of all. The records are read while their tab is open,
 * often as long as one of them is under way.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import type { TextKey } from '../i18n/text.ts';
import { ApiError, type Row } from './api.ts';
import { drawerIsOpen, type Loaded, selectedSlot } from './device.ts';
import { fleet, now } from './fleet.ts';
import { address } from './navigation.ts';
import { doneText, give, type LockOrder, type Order, orderName, refusalText } from './orders.ts';
import { call, inHoldOf, phase, role } from './session.ts';

export type Command = Row<'manage/ListCommands'>;

/** What the dialog is about; of a lock one of `offers` is chosen in it. */
export type Subject =
  | { kind: 'lock'; id: string; offers: readonly LockOrder[] }
  | { kind: 'engine' | 'text'; id: string; order: Order };
/** Each has a number of its own, so that a dialog that closes takes no other with it. */
export type Question = Subject & { number: number };

export interface Outcome {
  id: string;
  isGood: boolean;
  name: string;
  text: string;
  timeS: number;
}

const ROWS = 50;
const READ_MS = 2000;
const IDLE_MS = 15_000;
const UNDER_WAY = ['queued', 'sending', 'sent'];
/** What has no answer by then gets none, as far as a reader is concerned. */
const LIVELY_S = 600;

export const mayCommand = computed(() => phase.value === 'in' && role.value !== 'viewer');
export const question = signal<Question | null>(null);
export const outcome = signal<Outcome | null>(null);
/** An order is on its way to the server: no second one meanwhile. */
export const isGiving = signal(false);
export const records = signal<Loaded<Command[]>>('loading');

let shownOf = '';
let timer = 0;
/** When the newest record was first seen to be under way, by the server's clock. */
let livelySinceS = 0;

let questions = 0;
/** Records that were asked for before the last time are not taken. */
let turn = 0;

export function ask(subject: Subject): void {
  questions++;
  question.value = { ...subject, number: questions };
}

/** Puts a question away, where it is still the one that is open. */
export function leave(number: number): void {
  if (question.value?.number === number) question.value = null;
}

/** Gives an order, once; its outcome stays in the drawer. */
export async function order(id: string, what: Order): Promise<void> {
  if (isGiving.value) return;
  isGiving.value = true;
  const name = orderName(what);
  let isGood = true;
  let text = '';
  try {
    await give(id, what);
    text = doneText(what);
  } catch (error) {
    isGood = false;
    text = refusalText(error);
  }
  isGiving.value = false;
  outcome.value = { id, isGood, name, text, timeS: now.value };
  livelySinceS = now.value;
  readSoon(0);
}

/** What to say of it. */
export async function cancel({ CommandID, DeviceID }: Command): Promise<TextKey> {
  const fields = { CommandID, ...inHoldOf(DeviceID) };
  const said = await call('manage/CancelCommand', fields).then(
    () => 'command.cancelled' as const,
    (error: unknown) => {
      const isRefused = error instanceof ApiError && error.code !== 0;
      return isRefused ? ('command.late' as const) : ('start.failed' as const);
    },
  );
  readSoon(0);
  return said;
}

function readSoon(ms: number): void {
  clearTimeout(timer);
  if (shownOf !== '') timer = window.setTimeout(() => void read(shownOf), ms);
}

function isLively(rows: readonly Command[]): boolean {
  return now.value - livelySinceS < LIVELY_S && rows.some((row) => UNDER_WAY.includes(row.State));
}

async function read(id: string): Promise<void> {
  if (document.visibilityState !== 'visible') {
    readSoon(IDLE_MS);
    return;
  }
  const own = ++turn;
  const fields = { DeviceIDs: id, PageIndex: 1, PageSize: ROWS };
  const found = await call('manage/ListCommands', fields).catch(() => null);
  if (shownOf !== id || own !== turn) return;
  if (found !== null) records.value = found.data;
  else if (records.value === 'loading') records.value = 'failed';
  const rows = typeof records.value === 'string' ? [] : records.value;
  readSoon(isLively(rows) ? READ_MS : IDLE_MS);
}

function show(id: string): void {
  clearTimeout(timer);
  shownOf = id;
  records.value = 'loading';
  livelySinceS = now.value;
  if (id !== '') void read(id);
}

function forget(): void {
  question.value = null;
  outcome.value = null;
}

export function followCommands(): void {
  const subject = computed(() => {
    const isShown = mayCommand.value && drawerIsOpen.value && selectedSlot.value >= 0;
    return isShown && address.value.tab === 'commands' ? address.value.sel : '';
  });
  effect(() => {
    const id = subject.value;
    untracked(() => show(id));
  });
  effect(() => {
    if (!mayCommand.value) untracked(forget);
  });
}

/** The slot of the device that the dialog is about; -1: it is gone. */
export function slotAsked(asked: Question): number {
  return fleet.slotOfId(asked.id);
}

/**
 * Reports that were kept by a name, as a preference of the account: what each asks for, so that the
 * next month is one click. It is read anew before a change: another browser may have been here.
 */
import { signal } from '@preact/signals';
import { address, adjust } from '../app/navigation.ts';
import { call } from '../app/session.ts';
import { isKind, type Kind } from './kinds.ts';

/** Parts of the address. */
const PARTS = ['kind', 'of', 'per', 'opt', 'from', 'to'] as const;
type Part = (typeof PARTS)[number];

export interface SavedReport {
  name: string;
  asked: Record<Part, string>;
}

const KEY = 'reports';
const SAVED_MAX = 50;
export const NAME_MAX = 60;
/** What the server takes as one preference, less what is around it. */
const BYTES_MAX = 16_000;

export const saved = signal<readonly SavedReport[]>([]);
export const savedFailed = signal(false);

/** Of what the server keeps, which another version of the pages may have written. */
export function readSaved(value: unknown): SavedReport[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, SAVED_MAX).flatMap((each: unknown) => {
    const { name, asked } = (each ?? {}) as { name?: unknown; asked?: unknown };
    if (typeof name !== 'string' || name === '' || typeof asked !== 'object') return [];
    const told = (asked ?? {}) as Record<string, unknown>;
    const parts = PARTS.map((part) => [part, typeof told[part] === 'string' ? told[part] : '']);
    return [{ name: name.slice(0, NAME_MAX), asked: Object.fromEntries(parts) }];
  });
}

export function kindOf({ asked }: SavedReport): Kind {
  return isKind(asked.kind) ? asked.kind : 'mileage';
}

async function fetchSaved(): Promise<SavedReport[]> {
  return readSaved((await call('manage/GetPreference', { Key: KEY })).Value);
}

async function read(): Promise<void> {
  const found = await fetchSaved().catch(() => null);
  savedFailed.value = found === null;
  if (found !== null) saved.value = found;
}

/** What the page asks for; a range is kept only where one is chosen. */
export function askedParts(): Record<Part, string> {
  const now = address.peek();
  const isRange = now.per === 'range';
  const parts = PARTS.map((part) => [
    part,
    ['from', 'to'].includes(part) && !isRange ? '' : now[part],
  ]);
  return Object.fromEntries(parts);
}

export type SaveFault = 'full' | 'failed' | '';

/** Each reads what the one before it has stored. */
let last: Promise<unknown> = Promise.resolve();

function change(to: (list: SavedReport[]) => SavedReport[]): Promise<SaveFault> {
  const own = last.then(() => changeNow(to));
  last = own;
  return own;
}

async function changeNow(to: (list: SavedReport[]) => SavedReport[]): Promise<SaveFault> {
  try {
    const next = to(await fetchSaved());
    const bytes = new TextEncoder().encode(JSON.stringify(next)).length;
    if (next.length > SAVED_MAX || bytes > BYTES_MAX) return 'full';
    await call('manage/SetPreference', { Key: KEY, Value: next });
    saved.value = next;
    return '';
  } catch {
    return 'failed';
  }
}

/** In place of one of the same name. */
export function saveAs(name: string): Promise<SaveFault> {
  const made = { name, asked: askedParts() };
  return change((list) =>
    [...list.filter((each) => each.name !== name), made].sort((a, b) =>
      a.name.localeCompare(b.name),
    ),
  );
}

export function forgetSaved(name: string): Promise<SaveFault> {
  return change((list) => list.filter((each) => each.name !== name));
}

export function openSaved({ asked }: SavedReport): void {
  const { from, to, ...rest } = asked;
  adjust(asked.per === 'range' ? { ...rest, from, to } : rest);
}

/** Whether it asks for the same as the page does. */
export function isShown({ asked }: SavedReport): boolean {
  const now = address.value;
  const isRange = asked.per === 'range';
  return PARTS.every((part) => {
    return (['from', 'to'].includes(part) && !isRange) || asked[part] === now[part];
  });
}

/** While the page is shown; the answer ends it. */
export function followSaved(): () => void {
  void read();
  return () => {
    saved.value = [];
  };
}

/**
 * Many devices from a file: read in the browser, shown line by line, and sent in parts once
 * somebody says so. What was not answered is sent again as it was, so that nothing is added twice.
 */
import { computed, effect, signal } from '@preact/signals';
import { FROM_FILE } from '../app/address.ts';
import { fleet, groups, shown } from '../app/fleet.ts';
import { address, go } from '../app/navigation.ts';
import { say } from '../app/notice.ts';
import { call, me } from '../app/session.ts';
import { newRequestId } from '../app/setup.ts';
import { onOtherAccount, onOtherEnterprise } from '../app/typed.ts';
import { language } from '../i18n/choice.ts';
import { s } from '../i18n/settings_text.ts';
import { folded } from '../store/words.ts';
import { decodeTable, parseTable } from './csv.ts';
import { DEVICE_FIELDS, devices } from './devices.ts';
import { readList } from './lists.ts';
import { isSilence } from './save.ts';
import {
  answered,
  judged,
  type Line,
  objectOf,
  readSheet,
  type Sheet,
  type Texts,
} from './sheet.ts';

const PART_LINES = 200;
const FILE_MAX_BYTES = 5_000_000;
const LINES_MAX = 10_000;

export const sheet = signal<Sheet | null>(null);
export const fileName = signal('');
/** Why the file is not taken, or the sending stopped. */
export const fault = signal('');
export const isSending = signal(false);

/** A part that was sent, and whose answer is not known. */
let pending: { numbers: number[]; requestId: string } | null = null;

export const counts = computed(() => {
  const lines = sheet.value?.lines ?? [];
  const added = lines.filter(({ isAdded }) => isAdded).length;
  const bad = lines.filter((line) => line.fault !== null).length;
  return { all: lines.length, added, bad, good: lines.length - added - bad };
});

function texts(): Texts {
  return {
    missing: s('set.missing'),
    noNumber: s('set.noNumber'),
    noChoice: s('csv.noChoice'),
    tooLong: (max) => s('csv.tooLong', { n: max }),
    rounded: s('csv.rounded'),
    double: (number) => s('csv.double', { number: String(number) }),
    known: s('set.taken'),
  };
}

function judge(of: Sheet): Sheet {
  const plates = new Set(fleet.texts.plate.map((plate) => folded(plate ?? '')));
  const unique = [
    { field: 'DeviceID', isKnown: (text: string) => fleet.slotOfId(text) >= 0 },
    { field: 'VehiclePlate', isKnown: (text: string) => plates.has(folded(text)) },
    { field: 'ObjectCode', isKnown: () => false },
  ];
  return { ...of, lines: judged(of, unique, texts()) };
}

/** A file that is no table of devices changes nothing but what is said. */
export async function takeFile(file: File): Promise<void> {
  fault.value = '';
  if (file.size > FILE_MAX_BYTES) {
    fault.value = s('csv.tooBig', { name: file.name });
    return;
  }
  const bytes = await file.arrayBuffer().catch(() => null);
  if (bytes === null) {
    fault.value = s('csv.unreadable', { name: file.name });
    return;
  }
  const found = readSheet(parseTable(decodeTable(new Uint8Array(bytes))), DEVICE_FIELDS);
  if (found === null || found.lines.length === 0) {
    fault.value = s(found === null ? 'csv.noHead' : 'csv.noLines', { name: file.name });
  } else if (found.lines.length > LINES_MAX) {
    fault.value = s('csv.tooMany', { n: LINES_MAX });
  } else {
    pending = null;
    fileName.value = file.name;
    sheet.value = judge(found);
  }
}

export function mend(number: number, field: string, text: string): void {
  const now = sheet.value;
  if (now === null) return;
  const lines = now.lines.map((line) => {
    if (line.number !== number) return line;
    return { ...line, values: { ...line.values, [field]: text }, fault: null };
  });
  sheet.value = judge({ ...now, lines });
}

/** The line is not wanted. */
export function leaveOut(number: number): void {
  const now = sheet.value;
  if (now === null) return;
  sheet.value = judge({ ...now, lines: now.lines.filter((line) => line.number !== number) });
}

function nextPart({ lines }: Sheet): NonNullable<typeof pending> | null {
  if (pending !== null) return pending;
  const good = lines.filter((line) => !line.isAdded && line.fault === null).slice(0, PART_LINES);
  if (good.length === 0) return null;
  return { numbers: good.map(({ number }) => number), requestId: newRequestId() };
}

/** Sends one part; false: there is none, or it did not work. */
async function sendPart(): Promise<boolean> {
  const now = sheet.value;
  const part = now && nextPart(now);
  if (!now || !part) return false;
  pending = part;
  const lines = now.lines.filter(({ number }) => part.numbers.includes(number));
  const numbers = lines.map(({ number }) => number);
  const fields = { Devices: lines.map((line) => objectOf(now, line)), RequestID: part.requestId };
  try {
    const { errors } = await call('manage/AddDevices', fields);
    pending = null;
    const after = sheet.value ?? now;
    const told = answered(after.lines, numbers, errors, texts());
    sheet.value = { ...after, lines: told };
    return true;
  } catch (error) {
    if (isSilence(error)) fault.value = s('csv.silent');
    else {
      pending = null;
      fault.value = s('set.refused', { why: error instanceof Error ? error.message : '' });
    }
    return false;
  }
}

/** Sends all lines that are right, until there is none, or another enterprise is acted in. */
export async function sendAll(): Promise<void> {
  if (isSending.value) return;
  isSending.value = true;
  fault.value = '';
  const hold = me.peek()?.HoldID;
  while (hold === me.peek()?.HoldID && (await sendPart()));
  if (hold !== me.peek()?.HoldID && counts.value.good > 0) fault.value = s('csv.moved');
  isSending.value = false;
  const { added, all } = counts.value;
  void readList(devices);
  if (added === all && all > 0) {
    say(s('csv.done', { n: added }));
    close();
  }
}

function forget(): void {
  sheet.value = null;
  fault.value = '';
  pending = null;
}

export function close(): void {
  forget();
  if (address.peek().item === FROM_FILE) go({ item: '' });
}

/** What one account read from its files is nothing to the next; groups may come after a file. */
export function followImport(): void {
  onOtherAccount(forget);
  onOtherEnterprise(() => {
    pending = null; // was sent to the enterprise before
  });
  effect(() => {
    groups.value;
    shown.value;
    language.value; // what is wrong is told in it
    const now = sheet.peek();
    if (now !== null && !isSending.peek()) sheet.value = judge(now);
  });
  addEventListener('beforeunload', (event) => {
    if (sheet.peek() !== null) event.preventDefault();
  });
}

/** Lines to show: all, or those that something is wrong with. */
export function linesShown(onlyBad: boolean): readonly Line[] {
  const lines = sheet.value?.lines ?? [];
  return onlyBad ? lines.filter((line) => line.fault !== null) : lines;
}

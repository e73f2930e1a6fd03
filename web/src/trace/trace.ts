/**
 * What a tracker says and is told, while somebody sets it up. The server keeps frames as long as
 * it is asked for them; who leaves, or hides the page, asks no more, and it ends by itself.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { ApiError } from '../app/api.ts';
import { isSeen } from '../app/screen.ts';
import { call } from '../app/session.ts';

export interface Frame {
  number: number;
  time: string;
  isOut: boolean;
  protocol: string;
  hex: string;
  /** A line a message. */
  decoded: string;
}

export type TraceFault = '' | 'full' | 'failed' | 'mayNot';

const ASK_MS = 1000;
/** The server goes on for so long after the last call. */
const SECONDS = 60;
const FRAMES_MAX = 512;

/** DeviceID of the one that is traced; '': none. */
export const traced = signal('');
export const frames = signal<readonly Frame[]>([]);
export const traceFault = signal<TraceFault>('');

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function frameOf(row: Record<string, unknown>): Frame {
  return {
    ...{ number: Number(row['Number']), time: textOf(row['Time']) },
    ...{ isOut: row['Direction'] === 'out', protocol: textOf(row['Protocol']) },
    ...{ hex: textOf(row['Hex']), decoded: textOf(row['Decoded']) },
  };
}

function faultOf(error: unknown): TraceFault {
  const code = error instanceof ApiError ? error.code : 0;
  if (code === 403) {
    return error instanceof Error && error.message.startsWith('Too many') ? 'full' : 'mayNot';
  }
  return code === 404 ? 'mayNot' : 'failed';
}

let next = 0;

/** Whether to ask again. */
async function readOnce(id: string, isOver: () => boolean): Promise<boolean> {
  try {
    const found = await call('manage/TraceDevice', { DeviceID: id, Seconds: SECONDS, After: next });
    if (isOver()) return false;
    // a server that was started anew counts from the beginning
    next = found.next;
    traceFault.value = '';
    const fresh = found.frames.map(frameOf);
    if (fresh.length > 0) frames.value = [...frames.peek(), ...fresh].slice(-FRAMES_MAX);
    return true;
  } catch (error) {
    if (isOver()) return false;
    traceFault.value = faultOf(error);
    return traceFault.value === 'failed';
  }
}

const isAsking = computed(() => traced.value !== '' && isSeen.value);

async function ask(id: string, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    if (!(await readOnce(id, isOver))) return;
    await new Promise((done) => setTimeout(done, ASK_MS));
  }
}

effect(() => {
  if (!isAsking.value) return undefined;
  let isOver = false;
  untracked(() => void ask(traced.value, () => isOver));
  return () => {
    isOver = true;
  };
});

export function startTrace(id: string): void {
  stopTrace();
  next = 0;
  frames.value = [];
  traceFault.value = '';
  traced.value = id;
}

export function stopTrace(): void {
  const id = traced.peek();
  traced.value = '';
  traceFault.value = '';
  if (id === '') return;
  void call('manage/TraceDevice', { DeviceID: id, Seconds: 0 }).catch(() => null);
}

/** All of it as text, a frame a paragraph. */
export function textOfTrace(): string {
  return frames.value
    .map(({ time, isOut, protocol, hex, decoded }) =>
      [`${time} ${isOut ? '>' : '<'} ${protocol}`, hex, decoded].filter(Boolean).join('\n'),
    )
    .join('\n\n');
}

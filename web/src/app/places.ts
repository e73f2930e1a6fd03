/**
 * The names of places of the devices in view. They are asked for a list at a time, a moment after
 * the list came to rest, and again when a device has moved on.
 */
import { effect, signal, untracked } from '@preact/signals';
import { language } from '../i18n/choice.ts';
import { fleet } from './fleet.ts';
import { call, phase } from './session.ts';

const ASK_MS = 250;
const ASK_AGAIN_MS = 15_000;
const AT_ONCE = 200;
/** About 250 m, in millionths of a degree. */
const MOVED = 2500;

interface Known {
  x: number;
  y: number;
  askedMs: number;
  /** The server said a name, or that there is none. */
  isAnswered: boolean;
  text: string;
}

/** Rises when names came. */
export const placesVersion = signal(0);

let known = new Map<number, Known>();
const wanted = new Map<string, readonly number[]>();
let timer = 0;

/** The name of where a device is, as far as it is known. */
export function placeOf(slot: number): string {
  return known.get(fleet.index[slot] as number)?.text ?? '';
}

/** It has a position, whose name did not come yet. */
export function placeIsAwaited(slot: number): boolean {
  return hasPosition(slot) && !known.get(fleet.index[slot] as number)?.isAnswered;
}

function hasPosition(slot: number): boolean {
  return !Number.isNaN(fleet.numbers.x[slot]) && !Number.isNaN(fleet.numbers.y[slot]);
}

/** Says which devices are in view, in the part of the page that is `where`. */
export function wantPlaces(where: string, slots: readonly number[]): void {
  wanted.set(where, slots);
  if (timer === 0) timer = window.setTimeout(() => void ask(), ASK_MS);
}

function needs(slot: number, atMs: number): boolean {
  if (!fleet.alive[slot] || !hasPosition(slot)) return false;
  const has = known.get(fleet.index[slot] as number);
  if (!has) return true;
  const x = fleet.numbers.x[slot] as number;
  const y = fleet.numbers.y[slot] as number;
  const hasMoved = Math.abs(has.x - x) + Math.abs(has.y - y) > MOVED;
  return (hasMoved || !has.isAnswered) && atMs - has.askedMs > ASK_AGAIN_MS;
}

async function ask(): Promise<void> {
  const atMs = performance.now();
  const inView = [...new Set([...wanted.values()].flat())];
  const slots = inView.filter((slot) => needs(slot, atMs)).slice(0, AT_ONCE);
  timer = 0;
  if (slots.length === 0 || phase.value !== 'in') return;
  const asked = slots.map((slot) => {
    const index = fleet.index[slot] as number;
    const entry: Known = {
      x: fleet.numbers.x[slot] as number,
      y: fleet.numbers.y[slot] as number,
      askedMs: atMs,
      isAnswered: false,
      text: known.get(index)?.text ?? '',
    };
    known.set(index, entry);
    return entry;
  });
  const points = asked.map(({ x, y }) => [x / 1e6, y / 1e6]);
  const fields = { Points: points, Language: language.value };
  const names = await call('manage/GetPlaces', fields).catch(() => []);
  names.forEach((name, at) => {
    const entry = asked[at];
    if (!entry) return;
    entry.isAnswered = true;
    if (name !== null) entry.text = name;
  });
  placesVersion.value++;
}

export function followPlaces(): void {
  effect(() => {
    language.value;
    phase.value;
    known = new Map();
    untracked(() => placesVersion.value++);
  });
}

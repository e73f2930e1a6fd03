/** The player: where it stands, and how it goes on. */
import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { tickStep } from '../app/first_steps.ts';
import { address } from '../app/navigation.ts';
import { keep, kept } from '../app/settings.ts';
import type { Stretch } from '../i18n/day.ts';
import { noteTime } from './chosen.ts';
import { endOf, history } from './history.ts';
import { advance, inAll, RATES, type Rate, timeAfter, timeBefore } from './player.ts';

/** Epoch seconds; NaN: there is nothing to play. */
export const playhead = signal(Number.NaN);
export const isPlaying = signal(false);
export const rate = signal<Rate>(RATES.find((each) => String(each) === kept('rate')) ?? 20);
export const skipsStops = signal(kept('playStops') !== '1');
export const isFollowing = signal(kept('playStill') !== '1');
/** What chart and band show; null: all of it. */
export const zoomed = signal<Stretch | null>(null);
/** Where the pointer is, epoch seconds; NaN: nowhere. */
export const hovered = signal(Number.NaN);

const NOTE_MS = 1000;

export const view = computed<Stretch>(() => zoomed.value ?? history.value ?? { fromS: 0, toS: 1 });

/** The first and the last instant with a fix. */
export const played = computed<Stretch | null>(() => {
  const tracks = history.value?.tracks.filter(({ count }) => count > 0) ?? [];
  if (tracks.length === 0 || history.value === null) return null;
  const fromS = Math.min(...tracks.map(({ columns }) => columns.t[0] as number));
  const lasts = tracks.map(({ columns, count }) => columns.t[count - 1] as number);
  return { fromS, toS: Math.min(Math.max(...lasts), endOf(history.value)) };
});

/** While all of the vehicles stand. */
const standing = computed(() => {
  const shown = history.value;
  if (shown === null) return [];
  return inAll(
    shown.tracks
      .filter(({ count }) => count > 0)
      .map(({ id }) => shown.entries.filter((entry) => entry.id === id && isStop(entry.kind))),
  );
});

function isStop(kind: string): boolean {
  return kind === 'stop' || kind === 'idle';
}

let frame = 0;
let frameMs = 0;
let notedMs = 0;

function onFrame(atMs: number): void {
  const range = played.peek();
  if (!isPlaying.peek() || range === null) return;
  const skips = skipsStops.peek() ? standing.peek() : [];
  const next = advance(playhead.peek(), atMs - frameMs, rate.peek(), skips, range.toS);
  frameMs = atMs;
  batch(() => {
    playhead.value = next.atS;
    if (next.isOver) isPlaying.value = false;
  });
  if (atMs - notedMs > NOTE_MS) note(atMs);
  if (!next.isOver) frame = requestAnimationFrame(onFrame);
}

function note(atMs: number): void {
  notedMs = atMs;
  noteTime(playhead.peek());
}

export function play(): void {
  const range = played.peek();
  if (range === null || isPlaying.peek()) return;
  if (playhead.peek() >= range.toS) playhead.value = range.fromS;
  isPlaying.value = true;
  tickStep('play');
  frameMs = performance.now();
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(onFrame);
}

export function pause(): void {
  if (!isPlaying.peek()) return;
  isPlaying.value = false;
  noteTime(playhead.peek());
}

export function togglePlay(): void {
  if (isPlaying.peek()) pause();
  else play();
}

/** Goes to an instant; it plays on from there, where it plays. */
export function seek(atS: number): void {
  const range = played.peek();
  if (range === null || Number.isNaN(atS)) return;
  playhead.value = Math.min(range.toS, Math.max(range.fromS, atS));
  showIfZoomedAway();
  noteTime(playhead.peek());
}

/** What is zoomed goes along, so that the instant is in it. */
function showIfZoomedAway(): void {
  const part = zoomed.peek();
  if (part === null || (playhead.peek() >= part.fromS && playhead.peek() <= part.toS)) return;
  const half = (part.toS - part.fromS) / 2;
  zoomed.value = { fromS: playhead.peek() - half, toS: playhead.peek() + half };
}

export function seekBy(seconds: number): void {
  pause();
  seek(playhead.peek() + seconds);
}

const nextTime = (times: ArrayLike<number>, steps: number) =>
  steps > 0 ? timeAfter(times, playhead.peek()) : timeBefore(times, playhead.peek());

/** A fix on or back, of whichever vehicle has the next one. */
export function stepFix(steps: number): void {
  pause();
  const nexts = (history.peek()?.tracks ?? [])
    .map(({ columns }) => nextTime(columns.t, steps))
    .filter((atS) => atS !== playhead.peek());
  if (nexts.length > 0) seek(steps > 0 ? Math.min(...nexts) : Math.max(...nexts));
}

export function stepStop(steps: number): void {
  const stops = (history.peek()?.entries ?? []).filter(({ kind }) => isStop(kind));
  seek(nextTime([...new Set(stops.map(({ fromS }) => fromS))], steps));
}

export function chooseRate(chosen: Rate): void {
  rate.value = chosen;
  keep('rate', String(chosen));
}

export function toggleSkips(): void {
  skipsStops.value = !skipsStops.peek();
  keep('playStops', skipsStops.peek() ? '' : '1');
}

export function toggleFollowing(): void {
  isFollowing.value = !isFollowing.peek();
  keep('playStill', isFollowing.peek() ? '' : '1');
}

/** Each history begins where the address says, or with its first fix; the answer ends it. */
export function followPlayer(): () => void {
  let before = '';
  const stop = effect(() => {
    const range = played.value;
    const shown = history.value;
    untracked(() => {
      const key = shown ? [shown.from, shown.to, ...shown.ids].join(' ') : '';
      const isAnother = key !== before;
      before = key;
      if (isAnother) begin(range, shown);
      else if (range !== null && Number.isNaN(playhead.peek())) playhead.value = range.fromS;
    });
  });
  return () => {
    stop();
    pause();
  };
}

function begin(range: Stretch | null, shown: Stretch | null): void {
  const asked = Number(address.peek().t);
  const isIn = asked > 0 && shown !== null && asked >= shown.fromS && asked <= shown.toS;
  batch(() => {
    isPlaying.value = false;
    zoomed.value = null;
    hovered.value = Number.NaN;
    playhead.value = range === null ? Number.NaN : isIn ? asked : range.fromS;
  });
}

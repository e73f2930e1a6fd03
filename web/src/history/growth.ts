/**
 * Today goes on while it is looked at: fixes that come meanwhile are put behind those that are
 * shown, and trips, stops and totals are read again with them. Who stands at the end of the way
 * stays at its end.
 */
import { batch, computed, effect, untracked } from '@preact/signals';
import { oneAtATime } from '../app/again.ts';
import { fleet, tick } from '../app/fleet.ts';
import { isSeen } from '../app/screen.ts';
import { today } from './chosen.ts';
import { type History, history, reading, readSpans, readTrack } from './history.ts';
import { played, playhead } from './play.ts';
import { newerOf, type Slice, type Track, withSlices } from './track.ts';

/** Between two reads, however many fixes come. */
const REST_MS = 10_000;

const lastOf = ({ columns, count }: Track) => (count === 0 ? 0 : (columns.t[count - 1] as number));

/** The newest fix that the live fleet has of a vehicle; 0: it has none. */
function newestOf(id: string): number {
  return fleet.numbers.t[fleet.slotOfId(id)] || 0;
}

/** A vehicle has a fix of these days that is not shown. */
function isBehind({ tracks, fromS, toS }: History): boolean {
  return tracks.some((track) => {
    const newest = newestOf(track.id);
    return newest > lastOf(track) && newest >= fromS && newest < toS;
  });
}

function grown(track: Track, slices: readonly Slice[]): Track {
  const own = slices.filter(({ DeviceID }) => DeviceID === track.id);
  const newer = own.map((slice) => newerOf(slice, lastOf(track)));
  const fixes = newer.reduce((sum, slice) => sum + (slice.Fixes ?? 0), track.fixes);
  return newer.length === 0 ? track : { ...withSlices(track, newer, true), fixes };
}

async function grow(): Promise<void> {
  const before = history.peek();
  if (before === null || reading.peek() !== 'no' || !isBehind(before)) return;
  const { ids, from, to, toS } = before;
  const fromS = Math.max(before.fromS, Math.min(...before.tracks.map(lastOf)) + 1);
  const found = await Promise.all([readTrack(ids, { fromS, toS }), readSpans(ids, from, to)]).catch(
    () => null, // the next fix asks again
  );
  if (found === null || history.peek() !== before) return;
  const [slices, spans] = found;
  const wasAtEnd = playhead.peek() >= (played.peek()?.toS ?? Number.POSITIVE_INFINITY);
  batch(() => {
    const tracks = before.tracks.map((track) => grown(track, slices));
    history.value = { ...before, ...spans, tracks };
    if (wasAtEnd) playhead.value = played.value?.toS ?? Number.NaN;
  });
}

/** While the page is shown; the answer ends it. */
export function followGrowth(): () => void {
  const growSoon = oneAtATime(grow, REST_MS);
  const isDue = computed(() => {
    tick.value;
    const shown = history.value;
    if (shown === null || reading.value !== 'no' || !isSeen.value) return '';
    if (shown.to < today.value || !isBehind(shown)) return '';
    return shown.ids.map(newestOf).join(' ');
  });
  return effect(() => {
    if (isDue.value !== '') untracked(growSoon);
  });
}

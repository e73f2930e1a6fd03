/**
 * The history that is shown: it is read when another is asked for, the newest day first, and what
 * was shown before stays until the first of the new is there.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { inPlaces } from '../app/alarms.ts';
import type { Data, Request } from '../app/api.ts';
import { now } from '../app/fleet.ts';
import { onLiveAgain } from '../app/live_again.ts';
import { pageShown } from '../app/page.ts';
import { call, isShared } from '../app/session.ts';
import { language, zone } from '../i18n/choice.ts';
import { addDays, dayStart, daysOf, type Stretch, utcText } from '../i18n/day.ts';
import { chosenDays, chosenIds, today } from './chosen.ts';
import { type DayRow, type Entry, entriesOf, tripsBehind } from './spans.ts';
import { emptyTrack, type Slice, TRACK_COLUMNS, type Track, withSlices } from './track.ts';

export interface History extends Stretch {
  /** What it was read for. */
  ids: readonly string[];
  from: string;
  to: string;
  tracks: Track[];
  entries: Entry[];
  days: DayRow[];
  /** Days of which the fixes are not here yet. */
  daysLeft: number;
  /** There are more alarms than are shown. */
  alarmsAreCut: boolean;
}

export const history = signal<History | null>(null);
export const reading = signal<'no' | 'first' | 'more' | 'failed'>('no');
/** Of the vehicle, where there is only one: its details, for the days that have data. */
export const details = signal<Data<'manage/GetDevice'> | null>(null);

/** What is drawn is at most as much, over all vehicles and days. */
const POINTS_MAX = 60_000;
const POINTS_A_VEHICLE = 30_000;
const POINTS_A_DAY_MIN = 1000;
const ALARMS_MAX = 1000;
const PAGES_MAX = 50;
/** A trip over midnight belongs to both days: so long before the first one trips are looked for. */
const BEFORE_S = 86_400;
/** A link shares none. */
const NO_ALARMS: Data<'manage/ListAlarms'> = { total: 0, data: [] };

const lastSecond = (stretch: Stretch) => stretch.toS - 1;

type SpanMethod = 'manage/GetTrips' | 'manage/GetStops' | 'manage/GetDays' | 'manage/GetTrack';

/** All pages of a list that pages by After. */
export async function readAll<M extends SpanMethod>(method: M, fields: Request<M>) {
  const rows: Data<M>['data'][number][] = [];
  let after: string | null = '';
  for (let page = 0; after !== null && page < PAGES_MAX; page++) {
    const paged: Request<M> = after === '' ? fields : { ...fields, After: after };
    const found: Data<M> = await call(method, paged);
    rows.push(...found.data);
    after = found.next;
  }
  return rows;
}

/** Days of the calendar: those of one vehicle that have data. */
export function readDays(id: string, from: string, to: string) {
  const stretch = daysOf(zone.value, from, to);
  return readAll('manage/GetDays', {
    DeviceIDs: id,
    StartTime: utcText(stretch.fromS),
    EndTime: utcText(lastSecond(stretch)),
  });
}

/** Trips, stops, days and alarms, as the history holds them. */
export async function readSpans(ids: readonly string[], from: string, to: string) {
  const stretch = daysOf(zone.value, from, to);
  const fields = {
    DeviceIDs: [...ids],
    StartTime: utcText(stretch.fromS),
    EndTime: utcText(lastSecond(stretch)),
  };
  const alarmFields = { ...fields, PageIndex: 1, PageSize: ALARMS_MAX, ...inPlaces() };
  const [trips, stops, days, alarms] = await Promise.all([
    readAll('manage/GetTrips', {
      ...{ ...fields, StartTime: utcText(stretch.fromS - BEFORE_S) },
      ...inPlaces(),
    }),
    readAll('manage/GetStops', { ...fields, ...inPlaces() }),
    readAll('manage/GetDays', fields),
    isShared.value ? NO_ALARMS : call('manage/ListAlarms', alarmFields),
  ]);
  const reaching = tripsBehind(trips, zone.value, stretch.fromS);
  const rows = { trips: reaching, stops, alarms: alarms.data };
  const entries = entriesOf(rows, zone.value, Math.min(now.peek(), stretch.toS));
  return { entries, days, alarmsAreCut: alarms.total > alarms.data.length };
}

/** The fixes of a stretch, thinned to `points` a vehicle. */
export function readTrack(
  ids: readonly string[],
  stretch: Stretch,
  points = POINTS_A_DAY_MIN,
): Promise<Slice[]> {
  return readAll('manage/GetTrack', {
    DeviceIDs: [...ids],
    StartTime: utcText(stretch.fromS),
    EndTime: utcText(lastSecond(stretch)),
    Columns: [...TRACK_COLUMNS],
    MaxPoints: Math.max(POINTS_A_DAY_MIN, Math.floor(points)),
  });
}

function readFixes(ids: readonly string[], date: string, days: number): Promise<Slice[]> {
  const share = Math.min(POINTS_A_VEHICLE, POINTS_MAX / ids.length) / days;
  return readTrack(ids, daysOf(zone.value, date, date), share);
}

function withDay(tracks: readonly Track[], slices: readonly Slice[]): Track[] {
  return tracks.map((track) => {
    const own = slices.filter((slice) => slice.DeviceID === track.id);
    return own.length === 0 ? track : withSlices(track, own);
  });
}

let turn = 0;

async function read(ids: readonly string[], from: string, to: string): Promise<void> {
  const asked = ++turn;
  const dates: string[] = [];
  for (let date = to; date >= from; date = addDays(date, -1)) dates.push(date);
  reading.value = 'first';
  try {
    const firstDay = readFixes(ids, to, dates.length);
    const [spans, slices] = await Promise.all([readSpans(ids, from, to), firstDay]);
    if (asked !== turn) return;
    const { fromS, toS } = daysOf(zone.value, from, to);
    const none = ids.map((id) => emptyTrack(id, ''));
    const first = { ids, from, to, fromS, toS, ...spans, tracks: withDay(none, slices) };
    history.value = { ...first, daysLeft: dates.length - 1 };
    for (const date of dates.slice(1)) {
      reading.value = 'more';
      const found = await readFixes(ids, date, dates.length);
      const before = history.peek();
      if (asked !== turn || before === null) return;
      const tracks = withDay(before.tracks, found);
      history.value = { ...before, tracks, daysLeft: before.daysLeft - 1 };
    }
    reading.value = 'no';
  } catch {
    if (asked === turn) reading.value = 'failed';
  }
}

export function readAgain(): void {
  const { from, to } = chosenDays.value;
  if (chosenIds.value.length > 0) void read(chosenIds.value, from, to);
}

function forget(): void {
  turn++;
  history.value = null;
  reading.value = 'no';
}

async function readDetails(id: string): Promise<void> {
  details.value = null;
  const found = await call('manage/GetDevice', { DeviceID: id }).catch(() => null);
  if (chosenIds.peek()[0] === id) details.value = found;
}

/** The last instant that the history can tell of. */
export function endOf({ toS, to }: History): number {
  return to >= today.peek() ? Math.min(toS, Math.max(now.peek(), dayStart(zone.peek(), to))) : toS;
}

/** Reads while the page is shown; the answer ends it. */
export function followHistory(): () => void {
  const wanted = computed(() => {
    const { from, to } = chosenDays.value;
    const isShown = pageShown.value === 'history' && chosenIds.value.length > 0;
    // places are named in the language that is chosen
    const asked = [zone.value, language.value, from, to, ...chosenIds.value];
    return isShown ? asked.join(' ') : '';
  });
  const first = computed(() => (wanted.value === '' ? '' : (chosenIds.value[0] ?? '')));
  const stops = [
    effect(() => {
      const isWanted = wanted.value !== '';
      untracked(isWanted ? readAgain : forget);
    }),
    effect(() => {
      const id = first.value;
      if (id !== '') untracked(() => void readDetails(id));
    }),
    onLiveAgain(() => {
      if (reading.peek() === 'failed') readAgain();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    forget();
  };
}

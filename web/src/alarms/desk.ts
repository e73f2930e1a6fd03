/**
 * The alarm desk: alarms that somebody has to see to, read anew as they begin and end. What is
 * marked stays marked while rows come and go. The server lists by time, rising; of a long list the
 * desk holds the end that is looked at.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { oneAtATime } from '../app/again.ts';
import { type Alarm, acknowledge, inPlaces, REST_MS } from '../app/alarms.ts';
import type { Data } from '../app/api.ts';
import { showsBelow, withBelow } from '../app/enterprises.ts';
import { alarmNews, now } from '../app/fleet.ts';
import { onLiveAgain } from '../app/live_again.ts';
import { isSeen } from '../app/screen.ts';
import { call, me, phase } from '../app/session.ts';
import { onOtherAccount } from '../app/typed.ts';
import { ALARM_TYPES, readAlarmType } from '../i18n/alarm_type.ts';
import { language } from '../i18n/choice.ts';
import { utcText } from '../i18n/day.ts';

export const VIEWS = ['waiting', 'active', 'all'] as const;
export type View = (typeof VIEWS)[number];
export const ORDERS = ['newest', 'oldest', 'kind'] as const;
export type Order = (typeof ORDERS)[number];

const DAY_S = 86_400;
const WAITING_DAYS = 30;
const ALL_DAYS = 7;
const PAGE_ROWS = 1000;
const MARKED_MAX = 1000;

export const view = signal<View>('waiting');
export const order = signal<Order>('newest');
/** Part of a plate or an ID. */
export const key = signal('');
/** GroupID; '': all. */
export const group = signal('');
/** Kinds that are chosen; none: all. */
export const kinds = signal<ReadonlySet<number>>(new Set());
export const marked = signal<ReadonlySet<number>>(new Set());
/** What is typed beside them. */
export const note = signal('');

export interface Desk {
  state: 'loading' | 'failed' | 'there';
  rows: readonly Alarm[];
  total: number;
}
const EMPTY: Desk = { state: 'loading', rows: [], total: 0 };
export const desk = signal<Desk>(EMPTY);
/** More than is read match. */
export const hasMore = signal(false);

export function kindOf(alarm: Alarm): number {
  return readAlarmType(alarm.AlarmType).kind;
}

/** In the order that is chosen; of one kind the newest first. */
export function inOrder(rows: readonly Alarm[], by: Order): Alarm[] {
  const newer = (a: Alarm, b: Alarm) => b.GPSTime.localeCompare(a.GPSTime) || b.AlarmID - a.AlarmID;
  if (by === 'oldest') return [...rows].sort((a, b) => newer(b, a));
  if (by === 'kind') return [...rows].sort((a, b) => kindOf(a) - kindOf(b) || newer(a, b));
  return [...rows].sort(newer);
}

/** How many of each kind, the most first. */
export function countsOf(rows: readonly Alarm[]): [kind: number, n: number][] {
  const counts = new Map<number, number>();
  for (const alarm of rows) counts.set(kindOf(alarm), (counts.get(kindOf(alarm)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

export const counts = computed(() => countsOf(desk.value.rows));
export const listed = computed(() => {
  const chosen = kinds.value;
  const { rows } = desk.value;
  const found = chosen.size === 0 ? rows : rows.filter((alarm) => chosen.has(kindOf(alarm)));
  return inOrder(found, order.value);
});
/** Those of them that nobody has acknowledged. */
const waiting = computed(() => listed.value.filter(({ AcknowledgedBy }) => !AcknowledgedBy));
/** As many of these as may be marked at once. */
export const markable = computed(() =>
  waiting.value.slice(0, MARKED_MAX).map(({ AlarmID }) => AlarmID),
);
/** How many wait, of all that match: of a long list of these the server knows more than is here. */
export const waitingTotal = computed(() => {
  const isWhole = view.value !== 'waiting' || (kinds.value.size > 0 && !hasMore.value);
  return isWhole ? waiting.value.length : Math.max(desk.value.total, waiting.value.length);
});
/** Those that are marked and still there. */
export const markedRows = computed(() =>
  listed.value.filter(({ AlarmID }) => marked.value.has(AlarmID)),
);

function fieldsNow() {
  const { value: wanted } = view;
  const since = (days: number) => utcText(Math.floor(now.peek()) - days * DAY_S);
  const named = key.value.trim() === '' ? {} : { Key: key.value.trim() };
  // one kind goes to the server, so that a long list is whole
  const chosen = [...kinds.value].map((kind) => ALARM_TYPES[kind]).filter((name) => name);
  return {
    ...(wanted === 'waiting' ? { Acknowledged: false, StartTime: since(WAITING_DAYS) } : {}),
    ...(wanted === 'active' ? { Open: true } : {}),
    ...(wanted === 'all' ? { StartTime: since(ALL_DAYS) } : {}),
    ...(group.value === '' ? {} : { GroupIDs: [Number(group.value)] }),
    ...(hasMore.peek() && chosen.length > 0 ? { AlarmType: chosen as string[] } : {}),
    ...{ ...named, ...withBelow(), ...inPlaces() },
  };
}

type Fields = ReturnType<typeof fieldsNow>;

async function readPage(fields: Fields, page: number): Promise<Data<'manage/ListAlarms'>> {
  return await call('manage/ListAlarms', { ...fields, PageIndex: page, PageSize: PAGE_ROWS });
}

/** The end that is looked at: two pages, as the last one may be short. */
async function readEnd(fields: Fields): Promise<{ rows: Alarm[]; total: number }> {
  const first = await readPage(fields, 1);
  const last = Math.ceil(first.total / PAGE_ROWS);
  if (last <= 1 || order.peek() === 'oldest') return { rows: first.data, total: first.total };
  const end = (await readPage(fields, last)).data;
  const before = last === 2 ? first.data : (await readPage(fields, last - 1)).data;
  return { rows: [...before, ...end], total: first.total };
}

async function readOnce(): Promise<void> {
  if (!isWatched || phase.peek() !== 'in') return;
  const asked = whose.peek();
  const fields = fieldsNow();
  try {
    const { rows, total } = await readEnd(fields);
    if (asked !== whose.peek()) {
      readDesk(); // these are another enterprise's
      return;
    }
    desk.value = { state: 'there', rows, total };
    if (kinds.peek().size === 0) hasMore.value = total > rows.length;
  } catch {
    if (asked === whose.peek() && desk.peek().state !== 'there')
      desk.value = { ...EMPTY, state: 'failed' };
  }
}

export const readDesk = oneAtATime(() => untracked(readOnce), REST_MS);

function clear(): void {
  marked.value = new Set();
  note.value = '';
  desk.value = EMPTY;
  hasMore.value = false;
}

function clearAll(): void {
  clear();
  view.value = 'waiting';
  order.value = 'newest';
  key.value = '';
  group.value = '';
  kinds.value = new Set();
}

// what one account looked for and marked is nothing to the next
onOtherAccount(clearAll);

/** Whose alarms they are: those of another enterprise, and its groups, are not shown here. */
const whose = computed(() => `${me.value?.HoldID} ${showsBelow.value}`);
let shownOf = '';

function forgetOthers(): void {
  if (phase.value !== 'in') return; // the same account may go on with it
  if (shownOf !== '' && shownOf !== whose.value) {
    group.value = '';
    clear();
  }
  shownOf = whose.value;
}

/** Of another question there may be some, where there was none of the one before. */
function readOther(): void {
  if (desk.value.rows.length === 0) desk.value = EMPTY;
  readDesk();
}

let isWatched = false;

/**
 * Reads while somebody may look, until the answer is called. A login that ended by itself loses
 * neither what is marked nor the note; who goes to another page drops them.
 */
export function watchDesk(): () => void {
  isWatched = true;
  const ends = [
    effect(() => {
      whose.value;
      untracked(forgetOthers);
    }),
    effect(() => {
      const asked = [view.value, group.value, key.value, order.value, kinds.value, whose.value];
      if (asked.length > 0) untracked(readOther);
    }),
    effect(() => {
      alarmNews.value;
      language.value;
      if (isSeen.value) untracked(readDesk);
    }),
    onLiveAgain(readDesk),
  ];
  return () => {
    for (const end of ends) end();
    isWatched = false;
    if (phase.peek() === 'in') clear();
  };
}

export function mark(ids: readonly number[], isOn: boolean): void {
  const next = new Set(marked.value);
  for (const id of ids) {
    if (isOn && next.size < MARKED_MAX) next.add(id);
    if (!isOn) next.delete(id);
  }
  marked.value = next;
}

export function toggleKind(kind: number): void {
  const next = new Set(kinds.value);
  if (!next.delete(kind)) next.add(kind);
  kinds.value = next;
}

/** Acknowledges what is marked. What was not stays marked, with its note. */
export async function acknowledgeMarked(): Promise<void> {
  const rows = markedRows.peek();
  const ids = rows.map(({ AlarmID }) => AlarmID);
  const typed = note.peek();
  if (await acknowledge(ids, typed.trim(), '', rows)) {
    mark(ids, false);
    if (note.peek() === typed) note.value = '';
  }
  readDesk();
}

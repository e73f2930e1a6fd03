/** The one device that is selected: in the address, in the list, in the drawer. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { zone } from '../i18n/choice.ts';
import { t } from '../i18n/text.ts';
import { dateTimeIn } from '../i18n/zone.ts';
import { FLAG_CONNECTED } from '../store/columns.ts';
import { isHeading } from '../store/groups.ts';
import { PAGE_USUAL, type PageName } from './address.ts';
import { oneAtATime } from './again.ts';
import { type Alarm, newestAlarms, REST_MS } from './alarms.ts';
import { ApiError, type Data } from './api.ts';
import { alarmNews, fleet, focus, now, shown, tick } from './fleet.ts';
import { list } from './list.ts';
import { onLiveAgain } from './live_again.ts';
import { address, adjust, go } from './navigation.ts';
import { say } from './notice.ts';
import { pageShown } from './page.ts';
import { call, isShared, mayKeep, phase } from './session.ts';
import { keep, kept } from './settings.ts';

export type Details = Data<'manage/GetDevice'>;

export type Loaded<T> = T | 'loading' | 'failed';

const RECENT_MAX = 5;
const WEEK_S = 7 * 86_400;
const STEP_MS = 100;

/** Slot of the selected device; -1: none, or it is not there. */
export const selectedSlot = computed(() => {
  tick.value;
  return address.value.sel === '' ? -1 : fleet.slotOfId(address.value.sel);
});
/** The history shows what is selected in its own way, the settings have other things to show. */
const WITHOUT_DRAWER: readonly PageName[] = ['history', 'settings'];
/** A share tells less, in a card of its own. */
export const drawerIsOpen = computed(
  () => address.value.sel !== '' && !isShared.value && !WITHOUT_DRAWER.includes(pageShown.value),
);
/** The row that keys act on. */
export const cursor = signal(-1);
/** DeviceIDs that were looked at last, newest first. */
export const recent = signal<string[]>(kept('recent').split(',').filter(Boolean));

export const details = signal<Loaded<Details>>('loading');
export const weekAlarms = signal<Loaded<Alarm[]>>('loading');

export function select(slot: number): void {
  const id = fleet.texts.id[slot];
  if (id === undefined) return;
  cursor.value = slot;
  if (pageShown.value === 'settings') go({ page: PAGE_USUAL, sel: id });
  else if (id !== address.value.sel) go({ sel: id });
  recent.value = [id, ...recent.value.filter((each) => each !== id)].slice(0, RECENT_MAX);
  keepRecent();
}

function keepRecent(): void {
  if (mayKeep()) keep('recent', recent.value.join(','));
}

export function unselect(): void {
  if (address.value.sel !== '') go({ sel: '', tab: '' });
}

export function showTab(tab: string): void {
  adjust({ tab });
}

/** The device `step` rows below the one that keys act on; the first, where there is none. */
export function stepBy(step: number): number {
  const slots = list.value.rows.filter((row) => !isHeading(row));
  const from = slots.indexOf(selectedSlot.value >= 0 ? selectedSlot.value : cursor.value);
  if (slots.length === 0) return -1;
  const at = from < 0 ? 0 : Math.min(slots.length - 1, Math.max(0, from + step));
  return slots[at] ?? -1;
}

/** The next device in alarm behind the one that keys act on. */
export function nextInAlarm(): number {
  const slots = list.value.rows.filter((row) => !isHeading(row));
  const from = slots.indexOf(selectedSlot.value);
  for (let n = 1; n <= slots.length; n++) {
    const slot = slots[(from + n + slots.length) % slots.length] as number;
    if (fleet.alarms[slot]) return slot;
  }
  return -1;
}

function putFocus(index: number, isMarked: boolean): void {
  const next = new Set(focus.value);
  if (isMarked) next.add(index);
  else next.delete(index);
  focus.value = next;
}

/** Sets or takes the mark; the stream brings it back to all pages of the account. */
export async function toggleFocus(slot: number): Promise<void> {
  const index = fleet.index[slot] as number;
  const isMarked = !focus.value.has(index);
  putFocus(index, isMarked);
  try {
    await call('manage/SetFocus', { DeviceID: fleet.texts.id[slot] ?? '', Focus: isMarked });
  } catch (error) {
    putFocus(index, !isMarked);
    const isRefused = error instanceof ApiError && error.code !== 0;
    say(t(isRefused ? 'command.why.role' : 'start.failed'));
  }
}

let detailsTurn = 0;

/** Reads them anew; what is known of the same device stays until then. */
export async function readDetails(id: string): Promise<void> {
  const turn = ++detailsTurn;
  if (detailsOf(id) === null) details.value = 'loading';
  const found = await call('manage/GetDevice', { DeviceID: id }).catch(() => null);
  if (turn !== detailsTurn || phase.value !== 'in' || address.value.sel !== id) return;
  if (found !== null) details.value = found;
  else if (detailsOf(id) === null) details.value = 'failed';
}

/** Those of another device are not there yet. */
export function detailsFor(id: string): Loaded<Details> {
  const found = details.value;
  return typeof found === 'string' || found.DeviceID === id ? found : 'loading';
}

/** The details of a device, where they are known. */
export function detailsOf(id: string): Details | null {
  const found = detailsFor(id);
  return typeof found === 'string' ? null : found;
}

let detailsTimer = 0;

/** Whoever steps through the list asks for none of those that they pass. */
function readDetailsSoon(): void {
  clearTimeout(detailsTimer);
  if (detailsOf(address.value.sel) === null) details.value = 'loading';
  detailsTimer = window.setTimeout(() => {
    if (drawerIsOpen.value) void readDetails(address.value.sel);
  }, STEP_MS);
}

/** Which device they are of, and what makes them others; "": none. */
const detailsSubject = computed(() => {
  tick.value;
  const slot = selectedSlot.value;
  if (phase.value !== 'in' || slot < 0 || !drawerIsOpen.value) return '';
  const { plate, oc, sim, model } = fleet.texts;
  const isConnected = (fleet.numbers.f[slot] as number) & FLAG_CONNECTED;
  const told = [plate, oc, sim, model].map((texts) => texts[slot]);
  return JSON.stringify([address.value.sel, isConnected, fleet.numbers.g[slot], ...told]);
});

/** Whose alarms weekAlarms has. */
let weekOf = '';

/** Of the device whose tab is open; '': none is. */
const weekWanted = computed(() => {
  const isTold = shown.value === 'fleet'; // what time it is, too
  return isTold && phase.value === 'in' && address.value.tab === 'alarms' ? address.value.sel : '';
});

async function readWeekOnce(): Promise<void> {
  const id = weekWanted.value;
  if (id === '') return;
  const found = await newestAlarms({
    DeviceIDs: id,
    StartTime: dateTimeIn(zone.value, now.peek() - WEEK_S),
    EndTime: dateTimeIn(zone.value, now.peek()),
  }).catch(() => null);
  if (weekOf !== id) return;
  if (found !== null) weekAlarms.value = found.rows;
  else if (weekAlarms.value === 'loading') weekAlarms.value = 'failed';
}

const readWeek = oneAtATime(readWeekOnce, REST_MS);

/** Another device is read at once, the same one again as often as is good. */
function showWeek(id: string): void {
  if (weekOf === id) {
    readWeek();
    return;
  }
  weekOf = id;
  weekAlarms.value = 'loading';
  void readWeekOnce();
}

/** What one account looked at is nothing to the next. */
function forget(): void {
  recent.value = [];
  cursor.value = -1;
  details.value = 'loading';
  weekAlarms.value = 'loading';
  weekOf = '';
  keepRecent();
}

/** A fleet that was read anew has its vehicles in other slots: the cursor stays with its own. */
function followCursor(): void {
  let of = Number.NaN;
  effect(() => {
    of = fleet.index[cursor.value] ?? Number.NaN;
  });
  effect(() => {
    tick.value;
    const at = cursor.peek();
    if (at >= 0 && !(fleet.alive[at] && fleet.index[at] === of)) cursor.value = fleet.slotOf(of);
  });
}

/** Reads what the drawer shows when it is opened, another device or another tab. */
export function followSelected(): void {
  followCursor();
  effect(() => {
    if (phase.value === 'login') forget();
  });
  effect(() => {
    if (detailsSubject.value !== '') untracked(readDetailsSoon);
  });
  onLiveAgain(() => {
    if (detailsSubject.peek() !== '' && details.peek() === 'failed') readDetailsSoon();
  });
  effect(() => {
    const id = weekWanted.value;
    alarmNews.value;
    if (id !== '') untracked(() => showWeek(id));
  });
}

/**
 * Carries what a person chose from browser to browser, as a preference of the account: the copy of
 * this browser is read first, the account's is merged into it, and a choice is told a moment later.
 * What goes wrong is tried again later, without a word. Pages that came with a key carry nothing.
 */
import { computed, effect, untracked } from '@preact/signals';
import {
  areSame,
  type Choice,
  type Choices,
  mayCarry,
  mergeChoices,
  readChoices,
} from '../store/preferences.ts';
import { now } from './fleet.ts';
import { call, mayKeep, me, phase } from './session.ts';
import { keep, keepQuietly, kept, onKept, PREFIX, show, shownNames } from './settings.ts';

const KEY = 'pages';
const TELL_MS = 1000;
const AGAIN_MS = 60_000;
/** These are of a browser, or say who used it; what helps nobody elsewhere stays here. */
const OF_BROWSER = new Set(['recent', 'hold', 'leaving', 'times', 'owner']);
/** Older than any choice: what was there before anybody kept times. */
const LONG_AGO_MS = 1;

/** Chosen while nobody was logged in: by who logs in then. */
let chosenBefore = new Set<string>();
let isSyncing = false;
let isDue = false;
let timer = 0;
let syncedMs = 0;

const account = computed(() =>
  phase.value === 'in' && mayKeep() ? (me.value?.LoginName ?? '') : '',
);

function readTimes(): Record<string, number> {
  try {
    const read: unknown = JSON.parse(kept('times') || '{}');
    const times = Object.entries(read as object);
    return Object.fromEntries(times.filter(([, ms]) => typeof ms === 'number'));
  } catch {
    return {};
  }
}

function keepTimes(times: Record<string, number>): void {
  keep('times', JSON.stringify(times));
}

function ours(): Choices {
  const choices: [string, Choice][] = Object.entries(readTimes()).map(([name, ms]) => [
    name,
    [kept(name), ms],
  ]);
  return Object.fromEntries(choices.filter(([, [value]]) => mayCarry(value)));
}

/** Takes over what was chosen later elsewhere. */
function takeOver(merged: Choices): void {
  const times = readTimes();
  for (const [name, [value, ms]] of Object.entries(merged)) {
    times[name] = ms;
    if (value === kept(name)) continue;
    keepQuietly(name, value);
    show(name);
  }
  keepTimes(times);
}

async function syncOnce(whose: string): Promise<void> {
  const { Value } = await call('manage/GetPreference', { Key: KEY });
  if (account.peek() !== whose) return;
  const theirs = readChoices(Value);
  const merged = mergeChoices(ours(), theirs);
  takeOver(merged);
  if (!areSame(merged, theirs)) await call('manage/SetPreference', { Key: KEY, Value: merged });
}

async function sync(): Promise<void> {
  const whose = account.peek();
  isDue = true;
  if (isSyncing || whose === '') return;
  isSyncing = true;
  clearTimeout(timer);
  while (isDue) {
    isDue = false;
    try {
      await syncOnce(whose);
      syncedMs = performance.now();
    } catch {
      timer = window.setTimeout(() => void sync(), AGAIN_MS);
    }
  }
  isSyncing = false;
  if (account.peek() !== whose) void sync();
}

function hearChoice(name: string): void {
  if (OF_BROWSER.has(name)) return;
  if (account.peek() === '') {
    if (phase.peek() === 'login') chosenBefore.add(name);
    return;
  }
  const times = readTimes();
  times[name] = Math.max(now.peek() * 1000, (times[name] ?? 0) + 1);
  keepTimes(times);
  clearTimeout(timer);
  timer = window.setTimeout(() => void sync(), TELL_MS);
}

/** What another account chose on this browser is not this one's choice. */
function begin(whose: string): void {
  const owner = kept('owner');
  const times = owner === whose ? readTimes() : {};
  if (owner === '') {
    for (const name of shownNames()) if (kept(name) !== '') times[name] = LONG_AGO_MS;
  }
  for (const name of chosenBefore) times[name] = now.peek() * 1000;
  chosenBefore = new Set();
  keep('owner', whose);
  keepTimes(times);
  void sync();
}

/** Another tab of this browser chose. */
function hearTab(event: StorageEvent): void {
  const name = event.key?.startsWith(PREFIX) ? event.key.slice(PREFIX.length) : '';
  if (name !== '' && !OF_BROWSER.has(name) && mayKeep()) show(name);
}

function lookAgain(): void {
  const isOld = performance.now() - syncedMs > AGAIN_MS;
  if (document.visibilityState === 'visible' && isOld) void sync();
}

export function followPreferences(): void {
  onKept(hearChoice);
  effect(() => {
    const whose = account.value;
    if (whose !== '') untracked(() => begin(whose));
  });
  addEventListener('storage', hearTab);
  document.addEventListener('visibilitychange', lookAgain);
}

/**
 * The fleet that the page shows, kept up to date: the last picture of this browser first, then a
 * snapshot, then the live stream. Everything that shows devices reads from here.
 */
import { batch, computed, signal } from '@preact/signals';
import { zone } from '../i18n/choice.ts';
import { ServerClock } from '../live/clock.ts';
import type { Live } from '../live/connect.ts';
import { connectLive } from '../live/connect.ts';
import { LOST_AFTER_S, SILENT_AFTER_S } from '../live/health.ts';
import type { ToPage } from '../live/messages.ts';
import { keepPicture, pictureOf, readPicture, showPictureIn } from '../store/cache.ts';
import { COLUMNS_ASKED } from '../store/columns.ts';
import { Fleet } from '../store/fleet.ts';
import type { FleetEvents } from '../store/sync.ts';
import { FleetSync } from '../store/sync.ts';
import { dropAhead } from './ahead.ts';
import { showsBelow } from './enterprises.ts';
import { address } from './navigation.ts';
import {
  actingHold,
  call,
  denySession,
  mayKeep,
  me,
  readMe,
  setHoldOfDevice,
  tokenNow,
} from './session.ts';

export const fleet = new Fleet();
/** Rises when devices changed; once a frame of the screen at most. */
export const tick = signal(0);
/** Server's time, epoch seconds; goes on by itself. */
export const now = signal(Math.floor(Date.now() / 1000));
/** Seconds since the server was heard; null: not yet. */
export const silence = signal<number | null>(null);
/** Seconds since the connection broke; null: it stands. */
export const broken = signal<number | null>(0);
/** There was no stream yet, and it is no wonder. */
export const isBeginning = signal(false);
export const groups = signal<[number, string][]>([]);
export const focus = signal<ReadonlySet<number>>(new Set());
/** Another one once geofences were changed; null: not known yet. */
export const fencesVersion = signal<number | null>(null);
/** What there is to show: nothing yet, the picture of an earlier visit, or the fleet as it is. */
export const shown = signal<'nothing' | 'picture' | 'fleet'>('nothing');
/** It is known that there are no devices. */
export const isEmpty = computed(() => {
  tick.value;
  return shown.value !== 'nothing' && fleet.size === 0;
});
/** When the picture was taken. */
export const pictureTime = signal(0);
/** Rises with every word on alarms; `alarms` reads its list anew. */
export const alarmNews = signal(0);

const KEEP_MS = 300_000;
const clock = new ServerClock();
let live: Live | null = null;
let sync: FleetSync | null = null;
let brokenSinceMs: number | null = 0;
/** Until when the first stream may take: it begins behind the snapshot. */
let patienceMs = 0;
let account = '';
let frame = 0;
let timers: number[] = [];

/**
 * The time as of which devices are online or not: a server that is silent says nothing of theirs,
 * so they stay what they were, and do not all go offline with it.
 */
function statesTime(): number {
  if (shown.value === 'picture') return pictureTime.value;
  return clock.toldNow(performance.now(), Date.now());
}

/** Shows changes with the next frame of the screen; a page that nobody looks at has none. */
function showSoon(): void {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    fleet.refresh(statesTime());
    tick.value++;
  });
}

function showTime(): void {
  const atMs = performance.now();
  batch(() => {
    now.value = clock.now(atMs, Date.now());
    silence.value = clock.silenceS(atMs);
    broken.value = brokenSinceMs === null ? null : (atMs - brokenSinceMs) / 1000;
    isBeginning.value = brokenSinceMs !== null && atMs < patienceMs;
    if (fleet.refresh(statesTime())) tick.value++;
  });
}

const events: FleetEvents = {
  heard(serverS) {
    clock.hear(serverS, performance.now());
  },
  changed: showSoon,
  loaded() {
    batch(() => {
      shown.value = 'fleet';
      showTime();
      tick.value++;
    });
    keepSoon();
    foldSoon();
  },
  groups(list) {
    groups.value = list;
  },
  focus(list) {
    focus.value = new Set(list);
  },
  fences(version) {
    fencesVersion.value = version;
  },
  zone(name) {
    zone.value = name;
  },
  rights(role) {
    if (role !== me.peek()?.Role) readMe();
  },
  alarms() {
    alarmNews.value++;
  },
  read(cursor) {
    live?.tellRead(cursor);
    patienceMs = performance.now() + LOST_AFTER_S * 1000;
  },
};

function hear(message: ToPage): void {
  if (message.kind === 'event') {
    sync?.take(message);
    return;
  }
  if (message.state === 'denied') {
    denySession();
    return;
  }
  if (message.state === 'open') {
    brokenSinceMs = null;
    patienceMs = 0;
  } else brokenSinceMs ??= performance.now();
  if (message.state === 'open') sync?.linkIsUp();
  showTime();
}

/** What the page watches; a narrowed one its devices alone. */
function fields(): Record<string, string> {
  const { ids, type } = address.value;
  const wanted: Record<string, string> = { cols: COLUMNS_ASKED };
  if (ids !== '') {
    wanted['ids'] = ids;
    wanted['type'] = type === '1' ? '1' : '0';
  }
  const hold = actingHold();
  if (hold !== null) wanted['HoldID'] = String(hold);
  if (showsBelow.value) wanted['IncludeBelow'] = 'true';
  return wanted;
}

/** Where those below are shown, a device is its own enterprise's. */
setHoldOfDevice((name) => {
  if (!showsBelow.value) return null;
  const slot = fleet.slotOfId(name) >= 0 ? fleet.slotOfId(name) : fleet.texts.plate.indexOf(name);
  const hold = fleet.numbers.hold[slot] ?? Number.NaN;
  return Number.isNaN(hold) ? null : hold;
});

/** Begins to watch, for who is logged in. */
export function openFleet(): void {
  closeFleet();
  if (!me.value?.HoldID) return;
  const watched = fields();
  const whose = `${me.value.HoldID}${showsBelow.value ? '+' : ''}`;
  account = watched['ids'] ? '' : `${me.value.LoginName}@${whose}`;
  brokenSinceMs = performance.now();
  patienceMs = brokenSinceMs + SILENT_AFTER_S * 1000;
  sync = new FleetSync(fleet, events, () => call('snapshot', watched));
  sync.begin();
  dropAhead(); // it has begun with what fits
  live = connectLive({ token: tokenNow(), fields: watched }, hear);
  timers = [window.setInterval(showTime, 1000), window.setInterval(keepSoon, KEEP_MS)];
  document.addEventListener('visibilitychange', showTime);
  void showPicture(account);
}

/** Forgets all devices. */
export function closeFleet(): void {
  live?.close();
  sync?.stop();
  live = null;
  sync = null;
  for (const timer of timers) clearInterval(timer);
  document.removeEventListener('visibilitychange', showTime);
  fleet.replace({ i: [] });
  batch(() => {
    shown.value = 'nothing';
    groups.value = [];
    focus.value = new Set();
    fencesVersion.value = null;
    tick.value++;
  });
}

export function retryNow(): void {
  live?.retry();
}

async function showPicture(of: string): Promise<void> {
  if (of === '' || !mayKeep()) return;
  const picture = await readPicture(of);
  if (picture === null || of !== account || shown.value !== 'nothing') return;
  showPictureIn(fleet, picture);
  batch(() => {
    groups.value = picture.groups;
    pictureTime.value = picture.now;
    shown.value = 'picture';
    showTime();
    tick.value++;
  });
}

/** Makes the texts ready for the first search, where nothing else is to be done. */
function foldSoon(): void {
  if (typeof requestIdleCallback !== 'function') return; // the first search makes them
  requestIdleCallback((idle) => {
    if (!fleet.foldWhile(() => idle.timeRemaining() > 1)) foldSoon();
  });
}

function keepSoon(): void {
  if (account === '' || !mayKeep() || shown.value !== 'fleet') return;
  if (document.visibilityState !== 'visible') return;
  void keepPicture(account, pictureOf(fleet, now.value, groups.value));
}

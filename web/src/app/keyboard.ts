/** What single keys do. None does anything while a field has the focus, or where they are off. */
import { signal } from '@preact/signals';
import { ALARM, IDLE, MOVING, OFFLINE, PARKED } from '../store/state.ts';
import type { PageName } from './address.ts';
import { bellIsOpen } from './alarms.ts';
import {
  cursor,
  nextInAlarm,
  select,
  selectedSlot,
  stepBy,
  toggleFocus,
  unselect,
} from './device.ts';
import { chooseState, showAllStates } from './filters.ts';
import { hasFilter } from './list.ts';
import { address, adjust, go } from './navigation.ts';
import { isWall, leaveWall, pageShown } from './page.ts';
import { isShared, phase } from './session.ts';
import { hasKeys, toggleTheme } from './settings.ts';

export const keysAreShown = signal(false);

const SECOND_MS = 1000;
const PAGE_KEYS: Record<string, PageName> = {
  go: 'online',
  gm: 'map',
  gh: 'history',
  gs: 'settings',
  gr: 'reports',
};
const STATES: Record<string, number> = { 2: MOVING, 3: IDLE, 4: PARKED, 5: OFFLINE, 6: ALARM };

/** Of the list, by the arrows and j, k: the selection goes along where the drawer is open. */
function step(by: number): void {
  const slot = stepBy(by);
  if (slot < 0) return;
  cursor.value = slot;
  if (address.value.sel !== '') select(slot);
}

function selectIfThere(slot: number): void {
  if (slot >= 0) select(slot);
}

/** What is open, then the selection, then the filters. */
function closeOne(): void {
  if (keysAreShown.value) keysAreShown.value = false;
  else if (bellIsOpen.value) bellIsOpen.value = false;
  else if (address.value.sel !== '') unselect();
  else if (hasFilter.value) clearFilters();
  else cursor.value = -1;
}

export function clearFilters(): void {
  adjust({ q: '', f: '', g: '' });
}

/** Closes the drawer, or opens it for the vehicle that keys act on. */
function toggleDrawer(): void {
  if (address.value.sel !== '') unselect();
  else selectIfThere(cursor.value >= 0 ? cursor.value : stepBy(0));
}

function focusSearch(): void {
  document.getElementById('search')?.focus();
}

/** Those that are letters, and may be switched off. */
const letters: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  a: () => selectIfThere(nextInAlarm()),
  b: () => {
    bellIsOpen.value = !bellIsOpen.value;
  },
  d: toggleTheme,
  ']': toggleDrawer,
  s: () => {
    if (selectedSlot.value >= 0) void toggleFocus(selectedSlot.value);
  },
  '/': focusSearch,
  '?': () => {
    keysAreShown.value = true;
  },
  1: showAllStates,
};
for (const [key, state] of Object.entries(STATES)) letters[key] = () => chooseState(state, false);

/** Those that have nothing to do with the vehicles. */
const ofAnyPage = Object.fromEntries(
  Object.entries(letters).filter(([key]) => ['b', 'd', '?'].includes(key)),
);

const others: Record<string, () => void> = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Escape: closeOne,
};

export type Keys = Record<string, (event: KeyboardEvent) => void>;

/** Of the page that is shown; they go before those of all pages. */
const ofPage: Keys[] = [];

/** Keys of a page, for as long as it is shown: the answer takes them away. */
export function addKeys(keys: Keys): () => void {
  ofPage.unshift(keys);
  return () => {
    const at = ofPage.indexOf(keys);
    if (at >= 0) ofPage.splice(at, 1);
  };
}

/** Of a share: what moves the map, the list and the player, and the theme. */
const OPERATORS = new Set([
  ...Object.keys(letters).filter((key) => !'jkd'.includes(key)),
  ...'fhtlc',
]);

function actOf(key: string): Keys[string] | undefined {
  if (isShared.value && OPERATORS.has(key)) return undefined;
  const all = pageShown.value === 'settings' ? ofAnyPage : letters;
  const letter = ofPage.find((keys) => key in keys)?.[key] ?? all[key];
  const isSingle = key.length === 1 && key !== ' ';
  if (isSingle) return hasKeys.value && !takePair(key) ? letter : undefined;
  return letter ?? (all === letters ? others[key] : undefined);
}

let firstOfTwo = '';
let timer = 0;

/** "g" and then the letter of a page. */
function takePair(key: string): boolean {
  const pair = firstOfTwo + key;
  firstOfTwo = key === 'g' ? key : '';
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    firstOfTwo = '';
  }, SECOND_MS);
  const page = PAGE_KEYS[pair];
  if (page) go({ page });
  return page !== undefined || key === 'g';
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, select, textarea, [contenteditable], dialog') !== null
  );
}

/** Space on a button, which presses it. */
function isPress(event: KeyboardEvent): boolean {
  return event.key === ' ' && (event.target as Element).closest('button, a, summary') !== null;
}

/** Arrows are the list's, and the page's where it has them and nothing with the focus does. */
function takesArrows(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  if (target.id === 'table' || target === document.body) return true;
  const isPages = ofPage.some((keys) => event.key in keys);
  return isPages && target.closest('canvas, [role="slider"], [role="tablist"]') === null;
}

function onKey(event: KeyboardEvent): void {
  const isFree = !event.defaultPrevented && !isField(event.target) && phase.value === 'in';
  if (isWall.value) {
    if (event.key === 'Escape') leaveWall();
    return;
  }
  if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    focusSearch();
    return;
  }
  if (!isFree || event.ctrlKey || event.metaKey || event.altKey) return;
  const isOnTable = (event.target as Element).id === 'table' || event.target === document.body;
  if (event.key === 'Enter' && isOnTable) selectIfThere(cursor.value);
  const act = actOf(event.key);
  const isOther = event.key.startsWith('Arrow') ? !takesArrows(event) : isPress(event);
  if (!act || isOther) return;
  event.preventDefault();
  act(event);
}

export function followKeys(): void {
  addEventListener('keydown', onKey);
}

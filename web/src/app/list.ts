/**
 * The list that is shown: what the address leaves of the fleet, in the order that the reader chose,
 * still while the reader's hand is on it.
 */
import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { Finder, type Query } from '../store/find.ts';
import type { Section } from '../store/groups.ts';
import { inSections } from '../store/groups.ts';
import { HeldOrder, same } from '../store/held.ts';
import { STATE_COUNT, stateBits } from '../store/state.ts';
import { isSorted, type SortKey, sortSlots } from '../store/view.ts';
import { columnOf, DEFAULT_SORT, plateRank } from './columns.ts';
import { fleet, focus, groups, shown, tick } from './fleet.ts';
import { address, adjust } from './navigation.ts';
import { keep, kept, whenChosen } from './settings.ts';

/** An order that follows the values of trackers is made anew no more often than this. */
const SORT_MS = 3000;

export const isGrouped = signal(kept('grouped') === '1');
export const focusFirst = signal(kept('focusFirst') === '1');
export const foldedGroups = signal<ReadonlySet<number>>(readFolded());
/** Where the address says none. */
const sortKept = signal(kept('sort'));
whenChosen('grouped', (value) => {
  isGrouped.value = value === '1';
});
whenChosen('focusFirst', (value) => {
  focusFirst.value = value === '1';
});
whenChosen('folded', () => {
  foldedGroups.value = readFolded();
});
whenChosen('sort', (value) => {
  sortKept.value = value;
});
/** The reader's hand is on the list: the pointer over it, or a row with the focus. */
export const isHeld = signal(false);

export interface List {
  /** Slots, and headings as groups.ts has them. */
  rows: Int32Array;
  sections: Section[];
  /** Devices that are shown. */
  count: number;
  isWaiting: boolean;
}

export const list = signal<List>({
  rows: new Int32Array(),
  sections: [],
  count: 0,
  isWaiting: false,
});
/** How many of each state search and group leave, and in all. */
export const counts = signal<number[]>(new Array(STATE_COUNT).fill(0));
export const total = signal(0);
/** The slots that the filters leave, in the order of the fleet; another list where they differ. */
export const inFilter = signal<Int32Array>(new Int32Array());
/** Rises once the lists here are those of what changed in the fleet. */
export const fleetSeen = signal(0);

export const query = computed<Query>(() => ({
  text: address.value.q,
  group: address.value.g === '' ? null : Number(address.value.g),
  states: stateBits(address.value.f.split(',')),
}));
export const hasFilter = computed(
  () => query.value.text.trim() !== '' || query.value.group !== null || query.value.states !== 0,
);
export const sort = computed(() => {
  const text = address.value.sort || sortKept.value || DEFAULT_SORT;
  const falls = text.startsWith('-');
  return { column: columnOf(falls ? text.slice(1) : text) ?? columnOf(DEFAULT_SORT), falls };
});

/** By a column that `text` names, as the address does. */
export function chooseSort(text: string): void {
  sortKept.value = text === DEFAULT_SORT ? '' : text;
  keep('sort', sortKept.value);
  adjust({ sort: sortKept.value });
}

const finder = new Finder(fleet);
const order = new HeldOrder();
let sortedMs = 0;
let sortTimer = 0;
/** The version of the fleet that was looked at last. */
let madeOf = -1;

function readFolded(): ReadonlySet<number> {
  return new Set(kept('folded').split(',').filter(Boolean).map(Number));
}

export function foldGroup(group: number): void {
  const next = new Set(foldedGroups.value);
  if (!next.delete(group)) next.add(group);
  foldedGroups.value = next;
}

/** The slots that were sorted last, in the order of the fleet, and in that which it became. */
let unsorted: Int32Array = new Int32Array();
let inOrder: Int32Array = new Int32Array();
/** By what they were. */
let orderedBy: { key: SortKey; tie: SortKey; falls: boolean } | null = null;

/** By the column that is chosen. Mostly it has moved nothing, and to see that is cheaper. */
function byColumn(slots: Int32Array): Int32Array {
  const { column, falls } = sort.value;
  if (!column) return slots;
  const key = column.key();
  const tie = plateRank();
  const by = orderedBy;
  const isSameBy = by !== null && by.key === key && by.tie === tie && by.falls === falls;
  const isSame = same(slots, unsorted) && (isSameBy || isSorted(inOrder, key, falls, tie));
  orderedBy = { key, tie, falls };
  if (!isSame) {
    unsorted = slots;
    inOrder = sortSlots(slots.slice(), key, falls, tie);
  }
  return inOrder;
}

function sorted(slots: Int32Array): Int32Array {
  const ordered = byColumn(slots);
  if (!focusFirst.value) return ordered;
  const isMarked = (slot: number) => focus.value.has(fleet.index[slot] as number);
  const marked = ordered.filter(isMarked);
  return Int32Array.from([...marked, ...ordered.filter((slot) => !isMarked(slot))]);
}

/** `holds`: the order that is shown stays, where it can. */
function make(holds: boolean): void {
  const found = finder.find(query.value);
  const at = performance.now();
  clearTimeout(sortTimer);
  const isDue = !holds || at - sortedMs >= SORT_MS || found.slots.length !== order.slots.length;
  if (isDue) {
    sortedMs = at;
    order.offer(sorted(found.slots), holds && isHeld.value, (slot) => fleet.alive[slot] === 1);
  }
  if (!isDue) sortTimer = window.setTimeout(() => make(true), sortedMs + SORT_MS - at);
  batch(() => {
    counts.value = found.counts;
    total.value = found.total;
    inFilter.value = found.slots;
    if (madeOf !== fleet.version) fleetSeen.value++;
    madeOf = fleet.version;
    if (isDue || isGrouped.value) show();
  });
}

function show(): void {
  const count = order.slots.length;
  const isWaiting = order.isWaiting;
  if (!isGrouped.value) {
    const { rows, isWaiting: waited, sections } = list.peek();
    const isSame = rows === order.slots && waited === isWaiting && sections.length === 0;
    if (!isSame) list.value = { rows: order.slots, sections: [], count, isWaiting };
    return;
  }
  const grouped = inSections(fleet, order.slots, groups.value, foldedGroups.value);
  list.value = { ...grouped, count, isWaiting };
}

/** Shows the order that waits. */
export function showNewOrder(): void {
  make(false);
}

/** Follows the fleet, and what the reader chooses. */
export function followList(): void {
  effect(() => {
    tick.value;
    untracked(() => make(true));
  });
  let before = '';
  effect(() => {
    const said = [
      address.value.q,
      address.value.g,
      address.value.f,
      sort.value.column?.name,
      sort.value.falls,
    ];
    const chosen = [...said, isGrouped.value, focusFirst.value, shown.value].join('\n');
    foldedGroups.value;
    const isAnother = chosen !== before;
    before = chosen;
    untracked(() => (isAnother ? make(false) : show()));
  });
  effect(() => {
    if (!isHeld.value && order.isWaiting) untracked(() => make(false));
  });
  effect(() => keep('grouped', isGrouped.value ? '1' : ''));
  effect(() => keep('focusFirst', focusFirst.value ? '1' : ''));
  effect(() => keep('folded', [...foldedGroups.value].join(',')));
}

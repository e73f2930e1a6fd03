/** What the history is asked for: which vehicles, which days. All of it stands in the address. */
import { computed } from '@preact/signals';
import { fleet, now, tick } from '../app/fleet.ts';
import { address, adjust, go } from '../app/navigation.ts';
import { zone } from '../i18n/choice.ts';
import { addDays, dateOf, daysBetween, isDate } from '../i18n/day.ts';

export const VEHICLES_MAX = 10;
export const DAYS_MAX = 31;

const listOf = (text: string) => text.split(',').filter(Boolean);

/** Rises when devices came, went or were named anew. */
const names = computed(() => {
  tick.value;
  return fleet.textVersion;
});

/** All digits are compared without leading zeros, as the server does. */
const keyOf = (id: string) => (/^\d+$/.test(id) ? id.replace(/^0+(?=\d)/, '') : id);

/** A DeviceID as it is registered; a link may have it with other zeros. */
function registered(id: string): string {
  if (fleet.slotOfId(id) >= 0) return id;
  const key = keyOf(id);
  const slot = fleet.texts.id.findIndex((each, at) => fleet.alive[at] && keyOf(each) === key);
  return fleet.texts.id[slot] ?? id;
}

/** DeviceIDs that a narrowed page has, where none is selected. */
function narrowedIds(): string[] {
  const { ids, type } = address.value;
  const asked = listOf(ids);
  if (type !== '1') return asked;
  const slots = Array.from({ length: fleet.count }, (_, slot) => slot);
  return asked.flatMap((name) => {
    const slot = slots.find((each) => fleet.alive[each] && fleet.texts.plate[each] === name);
    return slot === undefined ? [] : [fleet.texts.id[slot] as string];
  });
}

const idsText = computed(() => {
  const { sel, also } = address.value;
  names.value;
  const chosen = sel === '' && also === '' ? narrowedIds() : [sel, ...listOf(also)];
  return [...new Set(chosen.filter(Boolean).map(registered))].join(',');
});

/** DeviceIDs, the first one first; ten at most. */
export const chosenIds = computed(() => listOf(idsText.value).slice(0, VEHICLES_MAX));
export const vehiclesAreCut = computed(() => listOf(idsText.value).length > VEHICLES_MAX);

export const today = computed(() => dateOf(zone.value, now.value));

export interface Days {
  from: string;
  to: string;
  /** More were asked for. */
  isCut: boolean;
}

const daysText = computed(() => {
  const { from: askedFrom, to: askedTo } = address.value;
  const last = isDate(askedTo) ? askedTo : isDate(askedFrom) ? askedFrom : today.value;
  const first = isDate(askedFrom) && askedFrom <= last ? askedFrom : last;
  const isCut = daysBetween(first, last) >= DAYS_MAX;
  return `${isCut ? addDays(last, 1 - DAYS_MAX) : first} ${last} ${isCut ? 1 : 0}`;
});

export const chosenDays = computed<Days>(() => {
  const [from = '', to = '', isCut] = daysText.value.split(' ');
  return { from, to, isCut: isCut === '1' };
});

export function showDays(from: string, to: string): void {
  const isToday = from === to && to === today.value;
  go({ from: isToday ? '' : from, to: isToday || from === to ? '' : to, t: '' });
}

/** As many days later; never behind today. */
export function stepDays(days: number): void {
  const { from, to } = chosenDays.value;
  const length = daysBetween(from, to) + 1;
  const last = addDays(to, days * length);
  if (last > today.value && to >= today.value) return;
  const end = [last, today.value].sort()[0] as string;
  showDays(addDays(end, 1 - length), end);
}

/** The vehicle whose history it is, in place of all that there were. */
export function showVehicle(id: string): void {
  go({ sel: id, also: '', t: '' });
}

export function addVehicle(id: string): void {
  const [first, ...rest] = chosenIds.value;
  if (first === undefined) showVehicle(id);
  else go({ sel: first, also: [...rest, id].join(',') });
}

export function dropVehicle(id: string): void {
  const [first = '', ...rest] = chosenIds.value.filter((each) => each !== id);
  go({ sel: first, also: rest.join(',') });
}

/** The address says where the player stands; it does not lead anywhere. */
export function noteTime(atS: number): void {
  adjust({ t: String(Math.round(atS)) });
}

export function plateOf(id: string): string {
  tick.value;
  const slot = fleet.slotOfId(id);
  return slot < 0 ? id : (fleet.texts.plate[slot] ?? id);
}

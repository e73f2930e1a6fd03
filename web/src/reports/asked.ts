/**
 * What is asked for: which report, of which vehicles and days, with which options. All of it stands
 * in the address, so that a copied one shows a colleague the same.
 */
import { computed } from '@preact/signals';
import { fleet, groups, now, shown, tick } from '../app/fleet.ts';
import { address, adjust } from '../app/navigation.ts';
import { me } from '../app/session.ts';
import { zone } from '../i18n/choice.ts';
import { dateOf, daysOf, type Stretch } from '../i18n/day.ts';
import { type Choice, isNobody, NOBODY, readChoice, writeChoice } from './choice.ts';
import { isKind, type Kind } from './kinds.ts';
import { type Days, dayCount, daysOfPeriod, isPeriod, type Period, rangeFault } from './period.ts';

const KIND_USUAL: Kind = 'mileage';
const PERIOD_USUAL: Period = 'today';

export const today = computed(() => dateOf(zone.value, now.value));

export const kind = computed<Kind>(() => {
  const asked = address.value.kind;
  return isKind(asked) ? asked : KIND_USUAL;
});

/** DeviceIDs of a narrowed page, which it is about unless others are chosen. */
function narrowed(): Choice {
  const { ids, type } = address.value;
  if (ids === '') return NOBODY;
  if (type !== '1') return readChoice(ids);
  const plates = new Set(ids.split(','));
  const found = fleet.texts.id.filter((_, slot) => plates.has(fleet.texts.plate[slot] ?? ''));
  return { ...NOBODY, ids: found };
}

export const choice = computed<Choice>(() => {
  if (address.value.of !== '') return readChoice(address.value.of);
  tick.value;
  return narrowed();
});

export const period = computed<Period>(() => {
  const asked = address.value.per;
  return isPeriod(asked) ? asked : PERIOD_USUAL;
});

const daysText = computed(() => {
  const { from, to } = address.value;
  if (period.value !== 'range') {
    const days = daysOfPeriod(period.value, today.value);
    return `${days.from} ${days.to}`;
  }
  return `${from} ${to || from}`;
});

export const days = computed<Days>(() => {
  const [from = '', to = ''] = daysText.value.split(' ');
  return { from, to };
});

export const daysFault = computed(() => rangeFault(days.value, today.value));

/** Of a report that has one: minutes, km/h, kinds of alarms, geofences. */
export const option = computed(() => address.value.opt);

/** The slots of what is chosen: of the enterprise that is acted in alone. */
function slotsOf({ isAll, groups: wanted, ids }: Choice): number[] {
  const hold = me.value?.HoldID;
  const inGroups = new Set(wanted);
  const named = new Set(ids);
  const slots: number[] = [];
  for (let slot = 0; slot < fleet.count; slot++) {
    const of = fleet.numbers.hold[slot] as number;
    if (!fleet.alive[slot] || (!Number.isNaN(of) && of !== hold)) continue;
    const isIn = isAll || inGroups.has(fleet.numbers.g[slot] as number);
    if (isIn || named.has(fleet.texts.id[slot] as string)) slots.push(slot);
  }
  return slots;
}

/** What is chosen, by DeviceID, as the server orders it. */
export function idsChosen(): string[] {
  return slotsOf(choice.peek())
    .map((slot) => fleet.texts.id[slot] as string)
    .sort((a, b) => (a < b ? -1 : 1));
}

/** How many vehicles it is about; -1: it is not known yet. */
export const vehicleCount = computed(() => {
  tick.value;
  return shown.value === 'nothing' ? -1 : slotsOf(choice.value).length;
});

/** One question, as it was when it was asked. */
export interface Asked extends Days, Stretch {
  kind: Kind;
  ids: readonly string[];
  option: string;
  zone: string;
  /** What stands above: "3 vehicles", a plate, a group. */
  choice: Choice;
}

export function askedNow(): Asked {
  const { from, to } = days.peek();
  return {
    kind: kind.peek(),
    ids: idsChosen(),
    option: option.peek(),
    zone: zone.peek(),
    choice: choice.peek(),
    from,
    to,
    ...daysOf(zone.peek(), from, to),
  };
}

/** '' while it is no question yet; another text for another question. */
export const question = computed(() => {
  const isWhole = !isNobody(choice.value) && daysFault.value === null && shown.value === 'fleet';
  if (!isWhole || vehicleCount.value < 1) return '';
  const when = kind.value === 'latest' ? '' : daysText.value;
  const hold = me.value?.HoldID ?? 0;
  return [kind.value, writeChoice(choice.value), when, option.value, zone.value, hold].join(' ');
});

const AT_ONCE = { vehicles: 20, days: 7 };

/** It is so little that it is read as soon as it is asked. */
export const runsByItself = computed(() => {
  const length = kind.value === 'latest' ? 1 : dayCount(days.value);
  return vehicleCount.value <= AT_ONCE.vehicles && length <= AT_ONCE.days;
});

export function chooseKind(chosen: Kind): void {
  adjust({ kind: chosen === KIND_USUAL ? '' : chosen, opt: '' });
}

export function choosePeriod(chosen: Period): void {
  const { from, to } = days.peek();
  const range = chosen === 'range' ? { from, to } : {};
  adjust({ per: chosen === PERIOD_USUAL ? '' : chosen, ...range });
}

export function chooseRange(patch: Partial<Days>): void {
  adjust({ per: 'range', ...days.peek(), ...patch });
}

export function chooseVehicles(chosen: Choice): void {
  adjust({ of: writeChoice(chosen) });
}

export function chooseOption(text: string): void {
  adjust({ opt: text });
}

/** The vehicle that was looked at when the page was opened is what it is about. */
export function takeSelection(): void {
  const { sel, of, ids } = address.peek();
  if (sel !== '') adjust({ sel: '', ...(of === '' && ids === '' ? { of: sel } : {}) });
}

export function groupName(group: number): string {
  return groups.value.find(([each]) => each === group)?.[1] ?? '';
}

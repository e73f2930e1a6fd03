/**
 * The first steps with the demonstration fleet: a few things to try, which tick themselves off when
 * they are done, however they are done. A step of a page that there is not is not offered.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { isHeading } from '../store/groups.ts';
import { MOVING } from '../store/state.ts';
import { bellIsOpen } from './alarms.ts';
import { nextInAlarm, select, selectedSlot } from './device.ts';
import { fleet, isEmpty, shown } from './fleet.ts';
import { hasHistory } from './history.ts';
import { list } from './list.ts';
import { address, go } from './navigation.ts';
import { mayKeep, phase, role } from './session.ts';
import { keep, kept, whenChosen } from './settings.ts';
import { isDemo } from './site.ts';
import { mapIsThere } from './target.ts';

interface StepRow {
  name: 'select' | 'play' | 'fence' | 'alarm';
  isThere(): boolean;
  /** Leads to it: what its button does. */
  begin(): void;
}
export type StepName = StepRow['name'];

const DISMISSED = 'off';

function selectOne(): void {
  const slots = [...list.value.rows].filter((row) => !isHeading(row));
  const slot = slots.find((each) => fleet.states[each] === MOVING) ?? slots[0];
  if (slot !== undefined) select(slot);
}

function playOne(): void {
  if (selectedSlot.value < 0) selectOne();
  go({ page: 'history' });
}

function seeAlarm(): void {
  const slot = nextInAlarm();
  if (slot >= 0) select(slot);
  else bellIsOpen.value = true;
}

function mayDraw(): boolean {
  return role.value !== 'viewer' && mapIsThere();
}

const STEPS: readonly StepRow[] = [
  { name: 'select', isThere: () => true, begin: selectOne },
  { name: 'play', isThere: hasHistory, begin: playOne },
  { name: 'fence', isThere: mayDraw, begin: () => go({ page: 'map', fence: 'new' }) },
  { name: 'alarm', isThere: () => true, begin: seeAlarm },
];

/** Names of those that are done, between commas; or that nobody wants to see them any more. */
const noted = signal(kept('steps'));

function note(text: string): void {
  noted.value = text;
  keep('steps', text);
}

export const steps = computed(() => {
  const done = noted.value.split(',');
  const there = STEPS.filter((step) => step.isThere());
  return there.map((step) => ({ ...step, isDone: done.includes(step.name) }));
});
/** They were done before, or in another browser: there is nothing left to show. */
const wereDone = signal(allAreDone());
whenChosen('steps', (value) => {
  noted.value = value;
  wereDone.value = allAreDone();
});

function allAreDone(): boolean {
  return steps.value.every(({ isDone }) => isDone);
}

export const stepsAreShown = computed(
  () =>
    isDemo() &&
    phase.value === 'in' &&
    mayKeep() &&
    shown.value === 'fleet' &&
    !isEmpty.value &&
    !wereDone.value &&
    noted.value !== DISMISSED,
);

export function dismissSteps(): void {
  note(DISMISSED);
}

export function tickStep(name: StepName): void {
  const done = noted.value === '' ? [] : noted.value.split(',');
  if (stepsAreShown.value && !done.includes(name)) note([...done, name].join(','));
}

export function followSteps(): void {
  effect(() => {
    if (stepsAreShown.value && address.value.sel !== '') untracked(() => tickStep('select'));
  });
  effect(() => {
    const slot = selectedSlot.value;
    const isSeen = bellIsOpen.value || (slot >= 0 && fleet.alarms[slot] !== 0);
    if (stepsAreShown.value && isSeen) untracked(() => tickStep('alarm'));
  });
}

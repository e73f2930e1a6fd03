/**
 * What the selected vehicle did today, in the day of the enterprise's zone: totals, trips and
 * stops. It is read while the drawer shows it: again when the vehicle begins or ends something, and
 * each minute, since what goes on grows.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { language, zone } from '../i18n/choice.ts';
import { type Day, dayOf } from '../i18n/day.ts';
import { dateTimeIn } from '../i18n/zone.ts';
import { inPlaces } from './alarms.ts';
import type { Row } from './api.ts';
import { type Span, spansOf } from './day_bar.ts';
import type { Loaded } from './device.ts';
import { drawerIsOpen, selectedSlot } from './device.ts';
import { fleet, now, shown, tick } from './fleet.ts';
import { address } from './navigation.ts';
import { isSeen } from './screen.ts';
import { call, phase } from './session.ts';

export interface Today {
  id: string;
  day: Day;
  /** null: no fix today, nor before. */
  totals: Row<'manage/GetDays'> | null;
  spans: Span[];
}

const AGAIN_S = 60;
/** A trip counts where it begins: one that runs over midnight began before. */
const BEFORE_S = 86_400;

export const today = signal<Loaded<Today>>('loading');

/** What is shown, and what makes it another; "": nothing. */
const subject = computed(() => {
  tick.value;
  const slot = selectedSlot.value;
  const isThere = shown.value === 'fleet' && slot >= 0 && drawerIsOpen.value && isSeen.value;
  const isShown = isThere && address.value.tab === 'today';
  const minute = Math.floor(now.value / AGAIN_S);
  const since = fleet.numbers.n[slot];
  return isShown ? `${address.value.sel} ${since} ${minute} ${language.value} ${zone.value}` : '';
});

let turn = 0;

async function read(id: string): Promise<void> {
  const own = ++turn;
  const known = today.value;
  if (typeof known === 'string' || known.id !== id) today.value = 'loading';
  const nowS = now.value;
  const name = zone.value;
  const day = dayOf(name, nowS);
  const of = (startS: number) => ({
    DeviceIDs: id,
    StartTime: dateTimeIn(name, startS),
    EndTime: dateTimeIn(name, nowS),
  });
  const found = await Promise.all([
    call('manage/GetDays', of(day.fromS)),
    call('manage/GetTrips', { ...of(day.fromS - BEFORE_S), ...inPlaces() }),
    call('manage/GetStops', { ...of(day.fromS), ...inPlaces() }),
  ]).catch(() => null);
  if (own !== turn || phase.value !== 'in') return;
  if (address.value.sel !== id || address.value.tab !== 'today') return;
  if (found === null) {
    if (today.value === 'loading') today.value = 'failed';
    return;
  }
  const [days, trips, stops] = found;
  const spans = spansOf(day, name, nowS, trips.data, stops.data);
  today.value = { id, day, totals: days.data[0] ?? null, spans };
}

export function followToday(): void {
  effect(() => {
    const id = subject.value.split(' ')[0] ?? '';
    if (id !== '') untracked(() => void read(id));
  });
  effect(() => {
    if (phase.value !== 'in') today.value = 'loading';
  });
}

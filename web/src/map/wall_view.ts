/** Moves the map of a wall on its tour (tour.ts), until the answer is called. */
import { effect, signal, untracked } from '@preact/signals';
import { type Alarm, openAlarms } from '../app/alarms.ts';
import { fleet, now, shown } from '../app/fleet.ts';
import { zone } from '../i18n/choice.ts';
import { epochIn } from '../i18n/day.ts';
import { fitFleet, placeOnBase } from './arrival.ts';
import { goTo } from './camera.ts';
import { mapReady } from './map.ts';
import { beginTour, nextStop, type Tour } from './tour.ts';

const ALARM_ZOOM = 13;
/** AlarmID of the one that the map shows; 0: the whole fleet. */
export const alarmLookedAt = signal(0);

/** So long an alarm counts as new. */
export const FRESH_S = 60;

export function isFresh(alarm: Alarm): boolean {
  return now.value - epochIn(zone.value, alarm.GPSTime) < FRESH_S;
}

/** Where the vehicle of an alarm is now; the whole fleet where nobody knows. */
function lookAt(alarm: Alarm | undefined): void {
  const place = alarm ? placeOnBase(fleet.slotOfId(alarm.DeviceID)) : null;
  if (place) goTo(...place, ALARM_ZOOM);
  else fitFleet();
}

export function followTour(): () => void {
  let tour: Tour | null = null;
  const step = () => {
    const { rows, state } = openAlarms.peek();
    if (state !== 'there' || !mapReady.peek() || shown.peek() === 'nothing') return;
    const ids = rows.map(({ AlarmID }) => AlarmID);
    const atMs = performance.now();
    const before = tour;
    const fresh = new Set(rows.filter(isFresh).map(({ AlarmID }) => AlarmID));
    tour = nextStop(tour ?? beginTour(ids, fresh, atMs), ids, atMs);
    if (before !== null && before.sinceMs === tour.sinceMs) return;
    alarmLookedAt.value = tour.at;
    lookAt(rows.find(({ AlarmID }) => AlarmID === tour?.at));
  };
  const stop = effect(() => {
    now.value;
    openAlarms.value;
    mapReady.value;
    shown.value;
    untracked(step);
  });
  return () => {
    stop();
    alarmLookedAt.value = 0;
  };
}

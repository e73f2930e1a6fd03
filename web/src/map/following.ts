/**
 * Keeps what is followed in sight: one vehicle in the middle third of the map, several all in it. A
 * drag pauses it, until somebody says to go on. One that is only selected may go where it likes,
 * but not out of sight or under a panel.
 */
import { effect, signal, untracked } from '@preact/signals';
import { selectedSlot } from '../app/device.ts';
import { followed } from '../app/follow.ts';
import { type Box, centreOn, fitBounds, isHidden, isOutsideMiddle, uncover } from './camera.ts';
import { composed, positions, slotsFollowed, vehicleMode } from './fleet_view.ts';
import { mapReady } from './map.ts';
import { latOf, lonOf } from './mercator.ts';
import { GLIDE_MS } from './shaders.ts';

const FIT_ALL_MS = 5000;

export const isPaused = signal(false);
let fittedMs = -FIT_ALL_MS;

/** Where it is drawn, degrees of the base map; null: nowhere. */
function placeOf(slot: number): [number, number] | null {
  const x = positions.x[slot] ?? Number.NaN;
  return Number.isNaN(x) ? null : [lonOf(x), latOf(positions.y[slot] as number)];
}

function places(): [number, number][] {
  return [...slotsFollowed()].map(placeOf).filter((place) => place !== null);
}

function boxOf(found: [number, number][]): Box {
  const lons = found.map(([lon]) => lon);
  const lats = found.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function keepInSight(): void {
  if (!mapReady.peek() || isPaused.peek() || vehicleMode.peek() !== 'full') return;
  const found = places();
  const [first] = found;
  if (found.length === 1 && first) {
    if (isOutsideMiddle(...first)) centreOn(...first, GLIDE_MS);
  } else if (found.length > 1 && performance.now() - fittedMs >= FIT_ALL_MS) {
    fittedMs = performance.now();
    fitBounds(boxOf(found));
  }
}

/** The selected vehicle, and where it was when it was looked at last. */
let looked: { slot: number; place: [number, number] } | null = null;

/**
 * Who moved the map away wanted to: only where the vehicle itself went from a place that is in
 * sight to one that is not does the map go after it.
 */
function keepSelectedInSight(): void {
  const map = mapReady.peek();
  const slot = selectedSlot.peek();
  if (!map || vehicleMode.peek() !== 'full') return;
  const before = looked?.slot === slot ? looked.place : null;
  if (before && map.isMoving()) return;
  const place = slot < 0 ? null : placeOf(slot);
  looked = place && { slot, place };
  if (!place || !before || slotsFollowed().has(slot)) return;
  if (!isHidden(...before)) uncover(...place);
}

/** The reader wants to look elsewhere. */
export function pause(): void {
  if (followed.peek().size > 0) isPaused.value = true;
}

export function resume(): void {
  isPaused.value = false;
  fittedMs = -FIT_ALL_MS;
  keepInSight();
}

/** Follows until the answer is called. */
export function keepFollowing(): () => void {
  const ends = [
    effect(() => {
      followed.value;
      untracked(resume);
    }),
    effect(() => {
      composed.value;
      untracked(keepInSight);
      untracked(keepSelectedInSight);
    }),
    effect(() => {
      const map = mapReady.value;
      if (!map) return undefined;
      map.on('dragstart', pause);
      return () => map.off('dragstart', pause);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

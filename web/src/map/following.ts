/**
 * Keeps what is followed in sight: one vehicle in the middle third of the map, several all in it. A
 * drag pauses it, until somebody says to go on.
 */
import { effect, signal, untracked } from '@preact/signals';
import { followed } from '../app/follow.ts';
import { type Box, fitBounds, isOutsideMiddle } from './camera.ts';
import { composed, positions, slotsFollowed, vehicleMode } from './fleet_view.ts';
import { mapReady } from './map.ts';
import { latOf, lonOf } from './mercator.ts';
import { GLIDE_MS } from './shaders.ts';

const FIT_ALL_MS = 5000;

export const isPaused = signal(false);
let fittedMs = -FIT_ALL_MS;

function places(): [number, number][] {
  const found: [number, number][] = [];
  for (const slot of slotsFollowed()) {
    const x = positions.x[slot] as number;
    if (!Number.isNaN(x)) found.push([lonOf(x), latOf(positions.y[slot] as number)]);
  }
  return found;
}

function boxOf(found: [number, number][]): Box {
  const lons = found.map(([lon]) => lon);
  const lats = found.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function keepInSight(): void {
  const map = mapReady.peek();
  if (!map || isPaused.peek() || vehicleMode.peek() !== 'full') return;
  const found = places();
  const [first] = found;
  if (found.length === 1 && first) {
    if (isOutsideMiddle(...first)) map.easeTo({ center: first, duration: GLIDE_MS });
  } else if (found.length > 1 && performance.now() - fittedMs >= FIT_ALL_MS) {
    fittedMs = performance.now();
    fitBounds(boxOf(found));
  }
}

export function resume(): void {
  isPaused.value = false;
  fittedMs = -FIT_ALL_MS;
  keepInSight();
}

/** Follows until the answer is called. */
export function keepFollowing(): () => void {
  const pause = () => {
    if (followed.peek().size > 0) isPaused.value = true;
  };
  const ends = [
    effect(() => {
      followed.value;
      untracked(resume);
    }),
    effect(() => {
      composed.value;
      untracked(keepInSight);
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

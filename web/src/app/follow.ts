/**
 * Which vehicles the map follows, by DeviceID. The drawer and the map change it; where there is no
 * map it is kept until there is one.
 */
import { effect, signal } from '@preact/signals';
import { fleet } from './fleet.ts';
import { phase } from './session.ts';

export const followed = signal<ReadonlySet<string>>(new Set());

/** There is somewhere to look: a vehicle that never told its place cannot be followed. */
export function hasPlace(slot: number): boolean {
  return !Number.isNaN(fleet.numbers.x[slot] ?? Number.NaN);
}

/** Follows a vehicle, or no longer. */
export function toggleFollow(id: string): void {
  const next = new Set(followed.value);
  if (!next.delete(id) && hasPlace(fleet.slotOfId(id))) next.add(id);
  followed.value = next;
}

/** What one account follows is nothing to the next. */
export function followFollowed(): void {
  effect(() => {
    if (phase.value === 'login') followed.value = new Set();
  });
}

/**
 * Which vehicles the map follows, by DeviceID. The drawer and the map change it; where there is no
 * map it is kept until there is one.
 */
import { computed, effect, signal } from '@preact/signals';
import { fleet, shown, tick } from './fleet.ts';
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

/** What one account follows is nothing to the next; who is not there any more is not followed. */
export function followFollowed(): void {
  const names = computed(() => {
    tick.value;
    return shown.value === 'fleet' ? fleet.textVersion : -1;
  });
  effect(() => {
    if (phase.value === 'login') followed.value = new Set();
  });
  effect(() => {
    if (names.value < 0) return;
    const there = [...followed.peek()].filter((id) => fleet.slotOfId(id) >= 0);
    if (there.length < followed.peek().size) followed.value = new Set(there);
  });
}

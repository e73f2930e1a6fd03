/**
 * Which vehicles the map follows, by DeviceID. The drawer and the map change it; where there is no
 * map it is kept until there is one.
 */
import { effect, signal } from '@preact/signals';
import { phase } from './session.ts';

export const followed = signal<ReadonlySet<string>>(new Set());

/** Follows a vehicle, or no longer. */
export function toggleFollow(id: string): void {
  const next = new Set(followed.value);
  if (!next.delete(id)) next.add(id);
  followed.value = next;
}

/** What one account follows is nothing to the next. */
export function followFollowed(): void {
  effect(() => {
    if (phase.value === 'login') followed.value = new Set();
  });
}

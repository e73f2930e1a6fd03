/** What could not be read while the server was away is read once it is back. */
import { computed, effect, untracked } from '@preact/signals';
import { broken } from './fleet.ts';

/** Calls `act` each time that the live stream comes back, until the answer is called. */
export function onLiveAgain(act: () => void): () => void {
  const isThere = computed(() => broken.value === null);
  let was = isThere.peek();
  return effect(() => {
    const is = isThere.value;
    if (is && !was) untracked(act);
    was = is;
  });
}

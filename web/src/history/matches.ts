/** Which vehicles may be chosen for the history. */
import { plateRank } from '../app/columns.ts';
import { fleet } from '../app/fleet.ts';
import { inFilter } from '../app/list.ts';
import { folded } from '../store/words.ts';

/** Puts a slot into a list that is in order. */
function insert(slot: number, into: number[], rank: (slot: number) => number): void {
  let low = 0;
  let high = into.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rank(into[middle] as number) <= rank(slot)) low = middle + 1;
    else high = middle;
  }
  into.splice(low, 0, slot);
}

/**
 * Of those that the filters of the top bar leave, as its counters have them, the first `most` by
 * their plates. It is looked for with every tick: the fleet is not sorted.
 */
export function matches(text: string, most: number): number[] {
  const word = folded(text.trim());
  const rank = plateRank();
  const found: number[] = [];
  for (const slot of inFilter.value) {
    if (!fleet.alive[slot] || !(fleet.words[slot] as string).includes(word)) continue;
    const isFull = found.length === most;
    if (isFull && rank(slot) >= rank(found.at(-1) as number)) continue;
    if (isFull) found.pop();
    insert(slot, found, rank);
  }
  return found;
}

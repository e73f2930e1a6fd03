/** The best few things that a text may mean: devices by any of their texts, and groups by name. */
import { TEXT_COLUMNS } from './columns.ts';
import type { Fleet } from './fleet.ts';
import { folded } from './words.ts';

export type Hit =
  | {
      kind: 'vehicle';
      slot: number /* the text it was found by, where that is not its plate */;
      where: string;
    }
  | { kind: 'group'; group: number; name: string };

const GROUPS_MAX = 3;
/** Enough to find the good ones among, in a fleet where nearly all match. */
const LOOK_MAX = 200;

/** 0: the plate is it, 1: it begins so, 2: it holds it, 3: another text does. */
function rank(fleet: Fleet, slot: number, word: string): number {
  const plate = folded(fleet.texts.plate[slot] ?? '');
  if (plate === word) return 0;
  if (plate.startsWith(word)) return 1;
  return plate.includes(word) ? 2 : 3;
}

function whereOf(fleet: Fleet, slot: number, word: string): string {
  const texts = TEXT_COLUMNS.filter((name) => name !== 'plate').map(
    (name) => fleet.texts[name][slot] ?? '',
  );
  return texts.find((text) => folded(text).includes(word)) ?? fleet.texts.id[slot] ?? '';
}

/** `most` of them at most, and more than three of these. */
export function findHits(
  fleet: Fleet,
  groups: readonly (readonly [number, string])[],
  text: string,
  most: number,
): Hit[] {
  const word = folded(text.trim());
  if (word === '') return [];
  const slots: number[] = [];
  for (let slot = 0; slot < fleet.count && slots.length < LOOK_MAX; slot++) {
    if (fleet.alive[slot] && (fleet.words[slot] as string).includes(word)) slots.push(slot);
  }
  slots.sort((a, b) => rank(fleet, a, word) - rank(fleet, b, word) || a - b);
  const named = groups
    .filter(([, name]) => folded(name).includes(word))
    .slice(0, GROUPS_MAX)
    .map(([group, name]): Hit => ({ kind: 'group', group, name }));
  const vehicles = slots
    .slice(0, most - named.length)
    .map((slot): Hit => ({ kind: 'vehicle', slot, where: whereOf(fleet, slot, word) }));
  return [...vehicles, ...named];
}

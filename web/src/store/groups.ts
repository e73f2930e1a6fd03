/**
 * A sorted list in sections: a heading a group, with what is in it, and its devices below it
 * unless it is folded. The table shows rows; a row is a slot, or -1 - (place of the section).
 */
import type { Fleet } from './fleet.ts';
import { ALARM, STATE_COUNT } from './state.ts';

export interface Section {
  group: number; // GroupID, 0: in none
  name: string;
  count: number;
  counts: number[]; // by state
  isFolded: boolean;
}

export interface Sections {
  sections: Section[];
  rows: Int32Array;
}

export function isHeading(row: number): boolean {
  return row < 0;
}

export function sectionAt(sections: readonly Section[], row: number): Section | undefined {
  return sections[-1 - row];
}

/** `names` in the order in which they are shown; the devices of no group come last. */
export function inSections(
  fleet: Fleet,
  slots: Int32Array,
  names: readonly (readonly [number, string])[],
  folded: ReadonlySet<number>,
): Sections {
  const members = membersOf(fleet, slots);
  const known = new Set(names.map(([group]) => group));
  const others = [...members.keys()].filter((group) => group !== 0 && !known.has(group));
  const all: (readonly [number, string])[] = [
    ...names,
    ...others.map((group) => [group, String(group)] as const),
    [0, ''],
  ];
  const sections: Section[] = [];
  const rows: number[] = [];
  for (const [group, name] of all) {
    const inside = members.get(group);
    if (!inside) continue;
    const isFolded = folded.has(group);
    rows.push(-1 - sections.length);
    sections.push({ group, name, count: inside.length, counts: count(fleet, inside), isFolded });
    if (!isFolded) for (const slot of inside) rows.push(slot);
  }
  return { sections, rows: Int32Array.from(rows) };
}

function membersOf(fleet: Fleet, slots: Int32Array): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const slot of slots) {
    const group = fleet.numbers.g[slot] || 0;
    const inside = members.get(group);
    if (inside) inside.push(slot);
    else members.set(group, [slot]);
  }
  return members;
}

function count(fleet: Fleet, slots: readonly number[]): number[] {
  const counts = new Array<number>(STATE_COUNT).fill(0);
  for (const slot of slots) {
    const state = fleet.states[slot] as number;
    counts[state] = (counts[state] as number) + 1;
    if (fleet.alarms[slot]) counts[ALARM] = (counts[ALARM] as number) + 1;
  }
  return counts;
}

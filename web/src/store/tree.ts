/** Enterprises as a tree: each behind the one that it is below, by name. */
import { compareTexts } from './words.ts';

export interface Branch {
  HoldID: number;
  HoldName: string;
  /** null, or of one that is not in the list: it stands at the top. */
  ParentHoldID: number | null;
}

export interface Placed<T> {
  of: T;
  /** 0 at the top. */
  depth: number;
}

export function inTree<T extends Branch>(list: readonly T[]): Placed<T>[] {
  const known = new Set(list.map(({ HoldID }) => HoldID));
  const below = new Map<number | null, T[]>();
  for (const each of [...list].sort((a, b) => compareTexts(a.HoldName, b.HoldName))) {
    const parent = each.ParentHoldID;
    const at = parent !== null && known.has(parent) ? parent : null;
    const beside = below.get(at);
    if (beside) beside.push(each);
    else below.set(at, [each]);
  }
  const placed: Placed<T>[] = [];
  const put = (at: number | null, depth: number) => {
    for (const of of below.get(at) ?? []) {
      placed.push({ of, depth });
      put(of.HoldID, depth + 1);
    }
  };
  put(null, 0);
  return placed;
}

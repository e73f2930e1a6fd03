/**
 * Which vehicles a report is about, as a text of the address: "*" is all, ".12" a group, anything
 * else a DeviceID, which never begins with a point.
 */
import { ALL } from '../app/address.ts';

export interface Choice {
  isAll: boolean;
  groups: readonly number[];
  ids: readonly string[];
}

/** More than so many are chosen as groups, or as all. */
export const IDS_MAX = 200;

export const NOBODY: Choice = { isAll: false, groups: [], ids: [] };

export function readChoice(text: string): Choice {
  const parts = text.split(',').filter(Boolean);
  if (parts.includes(ALL)) return { ...NOBODY, isAll: true };
  const groups = parts.filter((part) => /^\.\d+$/.test(part)).map((part) => Number(part.slice(1)));
  const ids = parts.filter((part) => !part.startsWith('.'));
  return { isAll: false, groups: [...new Set(groups)], ids: [...new Set(ids)].slice(0, IDS_MAX) };
}

export function writeChoice({ isAll, groups, ids }: Choice): string {
  return isAll ? ALL : [...groups.map((group) => `.${group}`), ...ids].join(',');
}

/** With a vehicle or without it. */
export function toggleId(choice: Choice, id: string): Choice {
  const rest = choice.ids.filter((each) => each !== id);
  const isIn = rest.length < choice.ids.length;
  const ids = isIn ? rest : [...choice.ids, id].slice(0, IDS_MAX);
  return { isAll: false, groups: choice.groups, ids };
}

export function toggleGroup(choice: Choice, group: number): Choice {
  const rest = choice.groups.filter((each) => each !== group);
  const isIn = rest.length < choice.groups.length;
  return { isAll: false, groups: isIn ? rest : [...choice.groups, group], ids: choice.ids };
}

export function isNobody({ isAll, groups, ids }: Choice): boolean {
  return !isAll && groups.length === 0 && ids.length === 0;
}

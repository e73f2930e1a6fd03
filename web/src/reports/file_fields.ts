/** What a file is asked for by: the same as the page, in its language. */
import type { Request } from '../app/api.ts';
import { fleet } from '../app/fleet.ts';
import { address } from '../app/navigation.ts';
import { ALARM_TYPES } from '../i18n/alarm_type.ts';
import { language } from '../i18n/choice.ts';
import { utcText } from '../i18n/day.ts';
import { type Asked, askedNow } from './asked.ts';
import type { Choice } from './choice.ts';
import { separatorOf } from './csv.ts';
import { listOption } from './read.ts';

/**
 * Groups stay groups: who comes into one later is in the next report of a schedule. Vehicles that
 * are gone are left out, as on the page; where none is left, the server says so.
 */
export function choiceFields({ isAll, groups, ids: named }: Choice) {
  if (isAll) return {};
  const there = named.filter((id) => fleet.slotOfId(id) >= 0);
  const ids = there.length > 0 || groups.length > 0 ? there : named;
  return {
    ...(ids.length > 0 ? { DeviceIDs: [...ids] } : {}),
    ...(groups.length > 0 ? { GroupIDs: [...groups] } : {}),
  };
}

export function optionFields({ kind, option }: Pick<Asked, 'kind' | 'option'>) {
  if (option === '') return {};
  if (kind === 'trips' || kind === 'stops') return { StopMinutes: Number(option) };
  if (kind === 'overspeed') return { Kmh: Number(option) };
  if (kind === 'offline') return { Minutes: Number(option) };
  if (kind === 'fences') return { PolygonIDs: listOption(option) };
  const types = listOption(option).flatMap((each) => ALARM_TYPES[each] ?? []);
  return kind === 'alarms' ? { AlarmType: types } : {};
}

/** How it is written. */
export function mannerFields(format: string) {
  const separator = format === 'csv' ? { Separator: separatorOf(navigator.language) } : {};
  return { Format: format, Language: language.peek(), ...separator };
}

export function fileFields(format: string): Request<'manage/AddReport'> {
  const asked = askedNow();
  const times = { StartTime: utcText(asked.fromS), EndTime: utcText(asked.toS - 1) };
  // of a page that is narrowed by its link all, and groups, are those of it that it has
  const isNarrowed = address.peek().ids !== '';
  const whom = isNarrowed ? { DeviceIDs: [...asked.ids] } : choiceFields(asked.choice);
  return {
    Report: asked.kind,
    ...whom,
    ...optionFields(asked),
    ...mannerFields(format),
    ...(asked.kind === 'latest' ? {} : times),
  };
}

/** A report in words: whom it is about, which days, in which zone. */
import { fleet } from '../app/fleet.ts';
import { dayName } from '../history/format.ts';
import { zone } from '../i18n/choice.ts';
import { rt } from '../i18n/reports.ts';
import { type Asked, groupName } from './asked.ts';
import { dayCount } from './period.ts';

const NAMES_MAX = 3;

export function vehiclesText({ choice, ids }: Pick<Asked, 'choice' | 'ids'>): string {
  const n = rt('report.count', { n: ids.length });
  if (choice.isAll) return `${rt('report.allVehicles')} (${n})`;
  const plate = (id: string) => fleet.texts.plate[fleet.slotOfId(id)] ?? id;
  const names = [
    ...choice.groups.map((group) => rt('report.group', { name: groupName(group) })),
    ...choice.ids.map(plate),
  ];
  if (names.length > NAMES_MAX) return n;
  return choice.groups.length > 0 ? `${names.join(', ')} (${n})` : names.join(', ');
}

export function daysText({ from, to }: { from: string; to: string }): string {
  return from === to ? dayName(from) : `${dayName(from)} – ${dayName(to)}`;
}

export function titleText(asked: Asked): string {
  return rt(`report.kind.${asked.kind}`);
}

/** How much it is to read: "1,240 vehicles × 30 days". */
export function estimateText(vehicles: number, asked: { from: string; to: string }): string {
  const days = rt('report.days', { n: dayCount(asked) });
  return rt('report.estimate', { vehicles: rt('report.count', { n: vehicles }), days });
}

export function searchedText(asked: Asked): string {
  const vehicles = vehiclesText(asked);
  if (asked.kind === 'latest') return `${vehicles}. ${rt('report.zone', { zone: zone.value })}.`;
  return rt('report.searched', { vehicles, days: daysText(asked), zone: asked.zone });
}

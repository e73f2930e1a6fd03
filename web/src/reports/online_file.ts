/** The online monitor as a file: its columns and rows as they are shown, in their order. */
import { ALL } from '../app/address.ts';
import { columnOf, columnsShown } from '../app/columns.ts';
import { saveText } from '../app/download.ts';
import { fleet, now } from '../app/fleet.ts';
import { isGrouped, list } from '../app/list.ts';
import { go } from '../app/navigation.ts';
import { say } from '../app/notice.ts';
import { placeOf } from '../app/places.ts';
import { call, me } from '../app/session.ts';
import { language, zone } from '../i18n/choice.ts';
import { dateTime } from '../i18n/format.ts';
import { rt } from '../i18n/reports.ts';
import { t } from '../i18n/text.ts';
import { isHeading } from '../store/groups.ts';
import { IDS_MAX } from './choice.ts';
import { csvOf, separatorOf } from './csv.ts';

const POINTS = 200;

const hasPlace = (slot: number) => !Number.isNaN(fleet.numbers.x[slot]);

/** Names of places by slot; those out of view are not known to the page. */
async function placesOf(slots: readonly number[]): Promise<Map<number, string>> {
  const names = new Map(slots.map((slot) => [slot, placeOf(slot)]));
  const unknown = slots.filter((slot) => names.get(slot) === '' && hasPlace(slot));
  for (let at = 0; at < unknown.length; at += POINTS) {
    if (unknown.length > POINTS) say(rt('report.exportPlaces', { n: unknown.length - at }));
    const part = unknown.slice(at, at + POINTS);
    const Points = part.map((slot) => [
      (fleet.numbers.x[slot] as number) / 1e6,
      (fleet.numbers.y[slot] as number) / 1e6,
    ]);
    const found = await call('manage/GetPlaces', { Points, Language: language.value });
    for (const [i, slot] of part.entries()) names.set(slot, found[i] ?? '');
  }
  return names;
}

async function tableNow(): Promise<string[][]> {
  const slots = [...list.peek().rows].filter((row) => !isHeading(row));
  const columns = [...columnsShown.peek()];
  const group = columnOf('group');
  if (isGrouped.peek() && group && !columns.includes(group)) columns.push(group);
  const dash = t('none');
  const asOf = rt('report.asOf', { time: dateTime(now.peek()), zone: zone.peek() });
  const rows = slots.map((slot) => columns.map((column) => column.text(slot)));
  const placeAt = columns.findIndex(({ name }) => name === 'place');
  if (placeAt >= 0) {
    const places = await placesOf(slots);
    for (const [i, slot] of slots.entries())
      (rows[i] as string[])[placeAt] = places.get(slot) ?? '';
  }
  return [
    [t('page.online'), me.value?.HoldName ?? '', asOf],
    columns.map((column) => t(column.title)),
    ...rows.map((row) => row.map((text) => (text === dash ? '' : text))),
  ];
}

export async function exportOnline(): Promise<void> {
  try {
    const stamp = dateTime(now.peek()).replaceAll(':', '-').replace(' ', '_');
    const rows = await tableNow();
    const text = csvOf(rows, separatorOf(navigator.language));
    saveText(`${t('page.online')} ${stamp}.csv`, 'text/csv;charset=utf-8', text);
  } catch {
    say(rt('report.exportFailed'));
  }
}

/** The server makes files for Excel of reports: that of where vehicles are, of those shown. */
export function reportOnline(): void {
  const { rows, count } = list.peek();
  const slots = [...rows].filter((row) => !isHeading(row));
  const isAll = count === fleet.size;
  const ids = slots.length > IDS_MAX ? [] : slots.map((slot) => fleet.texts.id[slot] as string);
  if (!isAll && ids.length === 0) say(rt('report.idsFull', { n: IDS_MAX }));
  go({ page: 'reports', kind: 'latest', opt: '', of: isAll ? ALL : ids.join(',') });
}

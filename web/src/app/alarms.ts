/** The active alarms of all devices that are shown, newest first, and acknowledging them. */

import { computed, effect, signal, untracked } from '@preact/signals';
import { readAlarmType } from '../i18n/alarm_type.ts';
import { language } from '../i18n/choice.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { oneAtATime } from './again.ts';
import { ApiError, type Request, type Row } from './api.ts';
import { showsBelow, withBelow } from './enterprises.ts';
import { alarmNews, shown } from './fleet.ts';
import { say } from './notice.ts';
import { call, inHoldOf, me, phase, role } from './session.ts';

export type Alarm = Row<'manage/ListAlarms'>;

export interface AlarmList {
  state: 'loading' | 'failed' | 'there';
  rows: Alarm[];
  total: number;
}

/** How many wait for somebody; the rows that are not here count as such. */
export function unseen({ rows, total }: AlarmList): number {
  return total - rows.filter((alarm) => alarm.AcknowledgedBy).length;
}

const PAGE_ROWS = 1000;
const ROWS_SHOWN = 200;
/** Between two reads, however many alarms begin and end. */
export const REST_MS = 1000;

export const openAlarms = signal<AlarmList>({ state: 'loading', rows: [], total: 0 });
export const bellIsOpen = signal(false);

/** With the names of places, in the language that is chosen. */
export function inPlaces(): { Places: boolean; Language: string } {
  return { Places: true, Language: language.value };
}

export function newestFirst(alarms: readonly Alarm[]): Alarm[] {
  return [...alarms].sort((a, b) => b.GPSTime.localeCompare(a.GPSTime) || b.AlarmID - a.AlarmID);
}

/** Of a list by time, rising, the newest: they stand on its last page. Throws ApiError. */
export async function newestAlarms(
  fields: Request<'manage/ListAlarms'>,
): Promise<{ rows: Alarm[]; total: number }> {
  const readPage = (page: number) =>
    call('manage/ListAlarms', { ...fields, ...inPlaces(), PageIndex: page, PageSize: PAGE_ROWS });
  const first = await readPage(1);
  const last = Math.ceil(first.total / PAGE_ROWS);
  const found = last > 1 ? await readPage(last) : first;
  return { rows: newestFirst(found.data), total: first.total };
}

async function readOnce(): Promise<void> {
  const whose = me.value;
  const below = showsBelow.value;
  if (phase.value !== 'in') return;
  try {
    const { rows, total } = await newestAlarms({ Open: true, ...withBelow() });
    if (me.value !== whose || showsBelow.value !== below) {
      read(); // these are of another enterprise, or of who has logged out
      return;
    }
    openAlarms.value = { state: 'there', rows: rows.slice(0, ROWS_SHOWN), total };
  } catch {
    if (me.value === whose && openAlarms.value.state !== 'there') {
      openAlarms.value = { state: 'failed', rows: [], total: 0 };
    }
  }
}

const read = oneAtATime(readOnce, REST_MS);

export const mayAcknowledge = () => role.value !== 'viewer';

/** Alarms by the enterprise that they are of; those without one are of the one that is acted in. */
function byHold(ids: readonly number[], rows: readonly Alarm[]): Map<number | undefined, number[]> {
  const holds = new Map(rows.map((alarm) => [alarm.AlarmID, alarm.HoldID]));
  const by = new Map<number | undefined, number[]>();
  for (const id of ids) by.set(holds.get(id), [...(by.get(holds.get(id)) ?? []), id]);
  return by;
}

/** Whether it was done; `deviceId`: whose they are, of one device. The list is read anew then. */
export async function acknowledge(
  ids: number[],
  note = '',
  deviceId = '',
  rows: readonly Alarm[] = openAlarms.value.rows,
): Promise<boolean> {
  const noted = note === '' ? {} : { Note: note };
  let why: TextKey | null = null;
  for (const [hold, its] of byHold(ids, rows)) {
    const where = hold === undefined ? inHoldOf(deviceId) : { HoldID: hold };
    const fields = { AlarmIDs: its, ...noted, ...where };
    await call('manage/AcknowledgeAlarms', fields).catch((error: unknown) => {
      const isRefused = error instanceof ApiError && error.code !== 0;
      why ??= isRefused ? 'alarms.notDone' : 'start.failed';
    });
  }
  say(why === null ? t('alarms.done', { n: ids.length }) : t(why));
  read();
  return why === null;
}

/** When an active alarm of a device began, as its list has it; '': it is not in there. */
export function beganAt(deviceId: string, kind: number): string {
  const found = openAlarms.value.rows.find(
    (alarm) => alarm.DeviceID === deviceId && readAlarmType(alarm.AlarmType).kind === kind,
  );
  return found?.GPSTime ?? '';
}

export function followAlarms(): void {
  effect(() => {
    alarmNews.value;
    language.value;
    if (shown.value === 'fleet' && phase.value === 'in') untracked(read);
  });
  /** Those of another enterprise are not shown here, and ring for nobody. */
  const whose = computed(() =>
    phase.value === 'in' ? `${me.value?.HoldID} ${showsBelow.value}` : '',
  );
  effect(() => {
    whose.value;
    openAlarms.value = { state: 'loading', rows: [], total: 0 };
  });
}

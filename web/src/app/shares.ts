/** Links that share vehicles: making one, those that are active, and ending them. */
import { computed, signal } from '@preact/signals';
import { zone } from '../i18n/choice.ts';
import { addDays, dateOf, dayStart, epochIn, utcText } from '../i18n/day.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { dateTimeIn } from '../i18n/zone.ts';
import { ApiError, type Row } from './api.ts';
import type { Loaded } from './device.ts';
import { now } from './fleet.ts';
import { say } from './notice.ts';
import { call, inHoldOf, phase, role } from './session.ts';

export type ShareRow = Row<'manage/ListShares'>;

/** What the dialog is about: these vehicles, or no one, which is the list of all links. */
export interface Sharing {
  number: number;
  ids: readonly string[];
  /** Query of the page that the link opens; "": the map. */
  query: string;
  wantsHistory: boolean;
}

export const UNTILS = ['hour', 'today', 'week', 'own'] as const;
export type Until = (typeof UNTILS)[number];

const HOUR_S = 3600;
const WEEK_DAYS = 7;
const FULL = 403;
const GONE = 404;

export const mayShare = computed(() => phase.value === 'in' && role.value !== 'viewer');
export const sharing = signal<Sharing | null>(null);
export const shares = signal<Loaded<ShareRow[]>>('loading');

let dialogs = 0;
let turn = 0;

export function openSharing(ids: readonly string[], query = ''): void {
  dialogs++;
  sharing.value = { number: dialogs, ids, query, wantsHistory: query !== '' };
  shares.value = 'loading';
  void readShares();
}

/** Puts the dialog away, where it is still the one that is open. */
export function closeSharing(number: number): void {
  if (sharing.value?.number === number) sharing.value = null;
}

/** When a choice ends, epoch seconds; `own` is yyyy-MM-ddTHH:mm. NaN: it is no time. */
export function untilOf(choice: Until, own: string): number {
  const nowS = now.peek();
  const today = dateOf(zone.value, nowS);
  if (choice === 'hour') return nowS + HOUR_S;
  if (choice === 'today') return dayStart(zone.value, addDays(today, 1)) - 1;
  if (choice === 'week') return nowS + WEEK_DAYS * 24 * HOUR_S;
  return epochIn(zone.value, `${own.replace('T', ' ')}:00`, nowS);
}

/** What a field of date and time holds in an hour. */
export function inAnHour(): string {
  return dateTimeIn(zone.value, now.peek() + HOUR_S)
    .slice(0, 16)
    .replace(' ', 'T');
}

export interface Made {
  id: number;
  url: string;
  /** As the API tells it. */
  until: string;
}

/** Makes a link; else what to tell why not. */
export async function makeShare(
  { ids, query }: Sharing,
  untilS: number,
  history: boolean,
): Promise<Made | TextKey> {
  if (!(untilS > now.peek())) return 'share.notUntil';
  const fields = { DeviceIDs: [...ids], Until: utcText(untilS), History: history };
  try {
    const asked = { ...fields, ...inHoldOf(ids[0] ?? '') };
    const { ShareID: id, Path } = await call('manage/AddShare', asked);
    void readShares();
    const url = `${location.origin}${Path}${history ? query : ''}`;
    return { id, url, until: dateTimeIn(zone.value, untilS) };
  } catch (error) {
    return faultOf(error);
  }
}

function faultOf(error: unknown): TextKey {
  if (!(error instanceof ApiError)) return 'share.failed';
  if (error.code === FULL) return 'share.full';
  if (error.code === GONE) return 'share.goneDevice';
  return error.message.startsWith('Until') ? 'share.notUntil' : 'share.failed';
}

/** Those of the vehicles that the dialog is about, or all. */
async function readShares(): Promise<void> {
  const asked = ++turn;
  const ids = sharing.peek()?.ids ?? [];
  const found = await call('manage/ListShares', { ...inHoldOf(ids[0] ?? '') }).catch(() => null);
  if (asked !== turn) return;
  if (found !== null) {
    const isOf = (row: ShareRow) => row.DeviceIDs.some((id) => ids.includes(id));
    shares.value = ids.length === 0 ? found.data : found.data.filter(isOf);
  } else if (typeof shares.value === 'string') {
    shares.value = 'failed';
  }
}

/** Whether the link is none any more. */
export async function endShare({ ShareID, DeviceIDs }: ShareRow): Promise<boolean> {
  let isOver = true;
  try {
    await call('manage/DeleteShare', { ShareID, ...inHoldOf(DeviceIDs[0] ?? '') });
    say(t('share.ended'));
  } catch (error) {
    isOver = error instanceof ApiError && error.code === GONE;
    say(t(isOver ? 'share.ended' : 'share.endFailed'));
  }
  await readShares();
  return isOver;
}

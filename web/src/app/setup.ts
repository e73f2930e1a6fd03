/** What an installation without vehicles needs: who knocks; a tracker, an enterprise to add. */
import { effect, signal } from '@preact/signals';
import { epochIn } from '../i18n/day.ts';
import { t } from '../i18n/text.ts';
import { ApiError, type Row } from './api.ts';
import { chooseEnterprise } from './enterprises.ts';
import { say } from './notice.ts';
import { isSeen } from './screen.ts';
import { call, enterAgain, role } from './session.ts';

export type Knocking = Row<'manage/ListUnknownDevices'>;

/** null: not known yet. */
export const knocking = signal<Knocking[] | null>(null);
/** The registering that is under way: the ID that it begins with; null: none. */
export const adding = signal<string | null>(null);

export const maySetUp = () => role.value === 'admin' || role.value === 'root';
export const maySeeKnocking = () => role.value === 'root';

const READ_MS = 3000;

async function readKnocking(): Promise<void> {
  const fields = { PageIndex: 1, PageSize: 50 };
  const found = await call('manage/ListUnknownDevices', fields).catch(() => null);
  if (found === null) return;
  knocking.value = [...found.data].sort((a, b) =>
    (b.LastTime ?? '').localeCompare(a.LastTime ?? ''),
  );
}

/** Reads who knocks, while somebody may look, until the answer is called. */
export function watchKnocking(): () => void {
  return effect(() => {
    if (!isSeen.value) return undefined;
    void readKnocking();
    const timer = setInterval(() => void readKnocking(), READ_MS);
    return () => clearInterval(timer);
  });
}

/** In words, also where no answer came that has any. */
function whyOf(error: unknown): string {
  const isSaid = error instanceof ApiError && error.message !== '';
  return isSaid ? error.message : t('start.failed');
}

/** One for each form, so that a double click adds one device. */
export function newRequestId(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].join('-');
}

/** Why it was refused; '' where it was not. */
export async function addDevice(id: string, plate: string, requestId: string): Promise<string> {
  const name = plate === '' ? {} : { VehiclePlate: plate };
  const fields = { DeviceID: id, ...name, RequestID: requestId };
  try {
    await call('manage/AddDevice', fields);
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) return t('add.taken');
    return t('add.failed', { why: whyOf(error) });
  }
  say(t('add.done', { name: plate || id }));
  return '';
}

/** Why it was refused; '' where it was not. What is sent again with its ID is made once. */
export async function addEnterprise(
  name: string,
  timeZone: string,
  requestId: string,
): Promise<string> {
  let made: { HoldID: number };
  try {
    const fields = { HoldName: name, TimeZone: timeZone, RequestID: requestId };
    made = await call('manage/AddEnterprise', fields);
  } catch (error) {
    return whyOf(error);
  }
  await enterAgain().catch(() => undefined); // it is made, whether or not this page knows it yet
  chooseEnterprise(made.HoldID);
  return '';
}

/** The zone of this browser, to begin with. */
export function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Seconds since a time that the server told in a zone, at its own `now`; NaN: it is no time. */
export function secondsSince(time: string, zone: string, now: number): number {
  return Math.max(0, now - epochIn(zone, time));
}

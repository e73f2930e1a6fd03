/** The SMS of a SIM card of the last days; sending one; switching the card on and off. */
import { signal } from '@preact/signals';
import type { ApiError, Data } from '../app/api.ts';
import { now } from '../app/fleet.ts';
import { say } from '../app/notice.ts';
import { call } from '../app/session.ts';
import { zone } from '../i18n/choice.ts';
import { s } from '../i18n/settings_text.ts';
import { dateTimeIn } from '../i18n/zone.ts';
import { cards } from './cards.ts';
import { readForm } from './forms.ts';
import { readList } from './lists.ts';
import { isSilence } from './save.ts';

export type Sms = Data<'vehicle/GetSIMSMSList'>['List'][number];

const SHOWN_DAYS = 30;
const DAY_S = 86_400;

export const messages = signal<{ iccid: string; list: readonly Sms[] | 'failed' | null }>({
  iccid: '',
  list: null,
});

export async function readMessages(ICCID: string): Promise<void> {
  if (messages.peek().iccid !== ICCID) messages.value = { iccid: ICCID, list: null };
  const fields = {
    ICCID,
    StartTime: dateTimeIn(zone.value, now.peek() - SHOWN_DAYS * DAY_S),
    EndTime: dateTimeIn(zone.value, now.peek() + DAY_S),
  };
  const found = await call('vehicle/GetSIMSMSList', fields).catch(() => null);
  if (messages.peek().iccid !== ICCID) return;
  const list = found === null ? ('failed' as const) : [...found.List].reverse();
  messages.value = { iccid: ICCID, list };
}

function whyOf(error: unknown): string {
  return isSilence(error)
    ? s('set.silent')
    : s('cards.refused', { why: (error as ApiError).message });
}

/** Answers why it did not work, '' where it did. */
export async function sendMessage(ICCID: string, Content: string): Promise<string> {
  try {
    await call('vehicle/SendSIMSMS', { ICCID, Content });
  } catch (error) {
    return whyOf(error);
  }
  void readMessages(ICCID);
  return '';
}

export async function switchCard(ICCID: string, isOn: boolean): Promise<string> {
  try {
    await call('vehicle/ChangeSIMStatus', { ICCID, Status: isOn ? 'Activate' : 'Deactivate' });
  } catch (error) {
    return whyOf(error);
  }
  say(s(isOn ? 'cards.isOn' : 'cards.isOff'));
  await readForm(cards, ICCID);
  void readList(cards);
  return '';
}

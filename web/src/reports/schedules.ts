/**
 * Reports that the server makes by itself, each day, week or month, of the last whole one; where
 * they are mailed to is set by who leads the enterprise.
 */
import { signal } from '@preact/signals';
import type { Row } from '../app/api.ts';
import { ApiError, readProviders } from '../app/api.ts';
import { call, me, role } from '../app/session.ts';
import { onOtherAccount } from '../app/typed.ts';
import { rt } from '../i18n/reports.ts';
import { readChoice } from './choice.ts';
import { choiceFields, mannerFields, optionFields } from './file_fields.ts';
import type { Format } from './files.ts';
import { atText, type Every, readAt } from './rhythm.ts';
import { kindOf, type SavedReport } from './saved.ts';

export type Schedule = Row<'manage/ListReportSchedules'>;

/** What a form has. */
export interface Plan {
  name: string;
  every: Every;
  /** Of the week from 1, Monday; of the month from 1, where 31 is its last day. */
  day: number;
  /** HH:mm. */
  time: string;
  format: Format;
  mailTo: string;
}

/** What is open: the list, or the form of a new one or of one that there is. */
export type PlanPage =
  | { kind: 'list' }
  | { kind: 'new'; of: SavedReport }
  | { kind: 'change'; schedule: Schedule };

export const planPage = signal<PlanPage | null>(null);
export const schedules = signal<readonly Schedule[] | 'none' | 'failed'>('none');

const ROWS = 1000;

export function mayPlan(): boolean {
  return role.value !== 'viewer';
}

/** Whoever leads all of the enterprise. */
export function mayMail(): boolean {
  return (role.value === 'admin' || role.value === 'root') && me.value?.Groups.length === 0;
}

/** Whether the server has somebody who takes its mail; `unknown` where it does not say. */
export const mailer = signal<'unknown' | 'there' | 'none'>('unknown');

export async function findMailer(): Promise<void> {
  const names = await readProviders();
  if (names !== null) mailer.value = names.includes('mail') ? 'there' : 'none';
}

/** Whether a form asks for addresses: those of before stay to be seen, and to be taken out. */
export function asksForMail(page: PlanPage): boolean {
  return mayMail() && (mailer.value !== 'none' || planOf(page).mailTo !== '');
}

let turn = 0;

export async function readSchedules(): Promise<void> {
  const own = ++turn;
  const found = await call('manage/ListReportSchedules', { PageIndex: 1, PageSize: ROWS }).catch(
    () => null,
  );
  if (own !== turn) return;
  schedules.value = found === null ? 'failed' : found.data;
}

export function planOf(page: PlanPage): Plan {
  if (page.kind === 'change') {
    const { ScheduleName, Every, At, MailTo, Format } = page.schedule;
    const every = Every === 'week' || Every === 'month' ? Every : 'day';
    const format = Format === 'csv' ? 'csv' : 'xlsx';
    return { name: ScheduleName, every, ...readAt(At), format, mailTo: MailTo };
  }
  const name = page.kind === 'new' ? page.of.name : '';
  return { name, every: 'week', day: 1, time: '07:00', format: 'xlsx', mailTo: '' };
}

// what one account had open is nothing to the next
onOtherAccount(() => {
  planPage.value = null;
  schedules.value = 'none';
});

/** Why it was refused; '': it was not. */
async function tried(act: () => Promise<unknown>): Promise<string> {
  let why = '';
  try {
    await act();
  } catch (error) {
    why = error instanceof ApiError && error.message ? error.message : rt('report.tryAgain');
  }
  await readSchedules();
  return why;
}

function rhythmFields(plan: Plan) {
  const mail = mayMail() ? { MailTo: plan.mailTo.trim() } : {};
  return { ScheduleName: plan.name.trim(), Every: plan.every, At: atText(plan), ...mail };
}

/** What is sent again with the same `RequestID` is added once. */
export function addSchedule(of: SavedReport, plan: Plan, RequestID: string): Promise<string> {
  const kind = kindOf(of);
  return tried(() =>
    call('manage/AddReportSchedule', {
      Report: kind,
      ...choiceFields(readChoice(of.asked.of)),
      ...optionFields({ kind, option: of.asked.opt }),
      ...mannerFields(plan.format),
      ...rhythmFields(plan),
      RequestID,
    }),
  );
}

/** Of which vehicles and in which form it is stays. */
export function changeSchedule({ ScheduleID, Version }: Schedule, plan: Plan): Promise<string> {
  return tried(() =>
    call('manage/ModifyReportSchedule', { ScheduleID, Version, ...rhythmFields(plan) }),
  );
}

export function switchSchedule({ ScheduleID, Version, Enabled }: Schedule): Promise<string> {
  return tried(() =>
    call('manage/ModifyReportSchedule', { ScheduleID, Version, Enabled: !Enabled }),
  );
}

export function deleteSchedule({ ScheduleID }: Schedule): Promise<string> {
  return tried(() => call('manage/DeleteReportSchedule', { ScheduleID }));
}

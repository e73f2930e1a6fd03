import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { language } from '../i18n/choice.ts';
import { type Command, cancel } from './commands.ts';
import { details, followSelected, readDetails, toggleFocus, weekAlarms } from './device.ts';
import { broken, fleet, focus, shown, tick } from './fleet.ts';
import { adjust } from './navigation.ts';
import { notice } from './notice.ts';
import { type Me, me, phase } from './session.ts';
import { followToday, today } from './today.ts';

const calls = new Calls();
fleet.replace({ i: [1, 2], id: ['D1', 'D2'], plate: ['HH 1', 'HH 2'], n: [0, 0] });
me.value = { ...ME, HoldID: 1 } as unknown as Me;
phase.value = 'in';
shown.value = 'fleet';
broken.value = null;
tick.value++;
followSelected();
followToday();

test('of two readings of a device the one that was asked for last is shown', async () => {
  adjust({ sel: 'D1', tab: 'device' });
  const known = await calls.next('manage/GetDevice');
  void readDetails('D1'); // as after a save
  const fresh = await calls.next('manage/GetDevice');
  await fresh.answer({ DeviceID: 'D1', Note: 'new' });
  await known.answer({ DeviceID: 'D1', Note: 'old' });
  assert.equal(typeof details.value === 'object' && details.value.Note, 'new');
});

test('a device that could not be read is read once the server is back', async () => {
  adjust({ sel: 'D2' });
  await (await calls.next('manage/GetDevice')).lose();
  assert.equal(String(details.value), 'failed');
  broken.value = 1;
  broken.value = null;
  await (await calls.next('manage/GetDevice')).answer({ DeviceID: 'D2' });
  assert.equal(typeof details.value === 'object' && details.value.DeviceID, 'D2');
});

test('a mark that is refused takes no other with it, and is not told as something unread', async () => {
  const first = toggleFocus(0);
  const second = toggleFocus(1);
  await (await calls.next('manage/SetFocus')).refuse(403);
  await first;
  assert.deepEqual([...focus.value], [2]);
  assert.match(notice.value, /may not/);
  await (await calls.next('manage/SetFocus')).answer(null);
  await second;
  assert.deepEqual([...focus.value], [2]);
});

test('the day of a vehicle is told in the language that was chosen last', async () => {
  const nothing = { data: [], next: null, done: 1, of: 1 };
  const stop = (Place: string) => ({
    ...{ DeviceID: 'D2', StartTime: '2020-01-01 00:00:00', EndTime: null, Seconds: 9 },
    ...{ IdleSeconds: 0, Place },
  });
  const answers = async (place: string) => {
    await (await calls.next('manage/GetDays')).answer(nothing);
    await (await calls.next('manage/GetTrips')).answer(nothing);
    const call = await calls.next('manage/GetStops');
    return () => call.answer({ ...nothing, data: [stop(place)] });
  };
  adjust({ tab: 'today' });
  const english = await answers('Hamburg');
  language.value = 'zh';
  const chinese = await answers('汉堡');
  await chinese();
  await english();
  const found = typeof today.value === 'object' ? today.value.spans : [];
  assert.deepEqual(
    found.map((span) => span.kind === 'stop' && span.stop.Place),
    ['汉堡'],
  );
  language.value = 'en';
  adjust({ tab: '' });
});

test('of more alarms than a page has the newest are shown', async () => {
  adjust({ sel: 'D2', tab: 'alarms' });
  const row = (AlarmID: number) => ({ AlarmID, GPSTime: `2026-12-01 12:00:0${AlarmID}` });
  const first = await calls.next('manage/ListAlarms');
  await first.answer({ total: 1002, data: [row(1)] });
  const last = await calls.next('manage/ListAlarms');
  assert.equal(last.fields['PageIndex'], 2);
  await last.answer({ total: 1002, data: [row(8), row(9)] });
  const found = typeof weekAlarms.value === 'object' ? weekAlarms.value : [];
  assert.deepEqual(
    found.map(({ AlarmID }) => AlarmID),
    [9, 8],
  );
});

test('a command is told as too late only where the server says so', async () => {
  const command = { CommandID: 1, DeviceID: 'D1' } as Command;
  const lost = cancel(command);
  await (await calls.next('manage/CancelCommand')).lose();
  assert.equal(await lost, 'start.failed');
  const late = cancel(command);
  await (await calls.next('manage/CancelCommand')).refuse(409);
  assert.equal(await late, 'command.late');
});

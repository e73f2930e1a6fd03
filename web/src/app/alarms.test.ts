import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { type Alarm, acknowledge, followAlarms, openAlarms } from './alarms.ts';
import { alarmNews, shown } from './fleet.ts';
import { notice } from './notice.ts';
import { type Me, me, phase } from './session.ts';

const calls = new Calls();
const act = (HoldID: number) => {
  me.value = { ...ME, HoldID } as unknown as Me;
};
const alarm = (AlarmID: number) => ({ AlarmID, GPSTime: '2026-12-01 12:00:00' }) as Alarm;

act(1);
followAlarms();
phase.value = 'in';
shown.value = 'fleet';

test('the alarms of an enterprise are not those of the next one, not even for a moment', async () => {
  await (await calls.next('manage/ListAlarms')).answer({ total: 1, data: [alarm(7)] });
  assert.equal(openAlarms.value.total, 1);
  act(2);
  assert.deepEqual(openAlarms.value, { state: 'loading', rows: [], total: 0 });
  alarmNews.value++;
  const late = await calls.next('manage/ListAlarms');
  act(3);
  await late.answer({ total: 1, data: [alarm(8)] });
  assert.equal(openAlarms.value.state, 'loading', 'those of 2 are not shown in 3');
  await (await calls.next('manage/ListAlarms')).answer({ total: 1, data: [alarm(9)] });
  assert.deepEqual(openAlarms.value.rows, [alarm(9)]);
});

test('an acknowledgement that got lost is not told as one that was refused', async () => {
  const lost = acknowledge([9]);
  await (await calls.next('manage/AcknowledgeAlarms')).lose();
  assert.equal(await lost, false);
  assert.match(notice.value, /does not answer/);
  const refused = acknowledge([9]);
  await (await calls.next('manage/AcknowledgeAlarms')).refuse(404);
  assert.equal(await refused, false);
  assert.match(notice.value, /server says no/);
});

test('alarms of several enterprises: one that refuses keeps the others from nothing', async () => {
  const rows = [1, 2, 3].map((HoldID) => ({ ...alarm(HoldID), HoldID }));
  const acked = acknowledge([1, 2, 3], 'seen', '', rows);
  const told: unknown[] = [];
  for (const code of [200, 404, 200]) {
    const call = await calls.next('manage/AcknowledgeAlarms');
    told.push(call.fields['HoldID']);
    await (code === 200 ? call.answer(null) : call.refuse(code));
  }
  assert.equal(await acked, false);
  assert.deepEqual(told, [1, 2, 3]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import type { Alarm } from '../app/alarms.ts';
import { endSession, type Me, me, phase, typist } from '../app/session.ts';
import * as desk from './desk.ts';

const calls = new Calls();
const ROWS = [1, 2, 3].map((AlarmID) => ({
  ...{ AlarmID, GPSTime: `2026-12-01 12:00:0${AlarmID}`, AlarmType: 'SOS alarm' },
  AcknowledgedBy: '',
}));
const list = (rows: object[]) => ({ total: rows.length, data: rows });

function logIn(name: string, HoldID = 1): void {
  me.value = { ...ME, LoginName: name, HoldID } as unknown as Me;
  typist.value = name;
  phase.value = 'in';
}

/** As the page does it, which is not shown without a login. */
async function open(rows: object[] = ROWS): Promise<() => void> {
  const end = desk.watchDesk();
  await (await calls.next('manage/ListAlarms')).answer(list(rows));
  return end;
}

test('a login that ends as marked alarms are acknowledged loses neither marks nor note', async () => {
  logIn('ann');
  const end = await open();
  desk.mark([1, 3], true);
  desk.note.value = 'called the driver';
  const saved = desk.acknowledgeMarked();
  const sent = await calls.next('manage/AcknowledgeAlarms');
  assert.deepEqual(sent.fields['AlarmIDs'], [3, 1]);
  assert.equal(sent.fields['Note'], 'called the driver');
  endSession('ended');
  end();
  await sent.refuse(401);
  await saved;
  logIn('ann');
  const again = await open();
  assert.deepEqual(
    desk.markedRows.value.map(({ AlarmID }) => AlarmID),
    [3, 1],
  );
  assert.equal(desk.note.value, 'called the driver');
  const repeated = desk.acknowledgeMarked();
  const second = await calls.next('manage/AcknowledgeAlarms');
  desk.mark([2], true);
  await second.answer(null);
  await repeated;
  assert.deepEqual([...desk.marked.value], [2], 'what was marked meanwhile stays marked');
  assert.equal(desk.note.value, '');
  again();
});

test('who goes to another page, logs in as another, or acts elsewhere begins anew', async () => {
  const begin = async () => {
    const end = await open();
    desk.mark([1], true);
    desk.note.value = 'mine';
    desk.key.value = 'HH';
    return end;
  };
  const first = await begin();
  first();
  assert.deepEqual([desk.marked.value.size, desk.note.value], [0, '']);
  assert.equal(desk.key.value, 'HH', 'the filters are kept');
  const second = await begin();
  endSession('ended');
  second();
  logIn('bob');
  assert.deepEqual([desk.marked.value.size, desk.note.value, desk.key.value], [0, '', '']);
  const third = await begin();
  logIn('bob', 2);
  assert.deepEqual([desk.marked.value.size, desk.note.value], [0, '']);
  third();
});

test('an empty list says nothing of another question until that is answered', async () => {
  const end = await open([]);
  assert.equal(desk.desk.value.state, 'there');
  desk.view.value = 'all';
  assert.equal(desk.desk.value.state, 'loading');
  await (await calls.next('manage/ListAlarms')).answer(list(ROWS as unknown as Alarm[]));
  assert.equal(desk.desk.value.rows.length, 3);
  end();
});

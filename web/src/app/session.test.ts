import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { address, go } from './navigation.ts';
import { changePassword } from './password.ts';
import { endSession, enterEnterprise, logIn, me, phase } from './session.ts';

const calls = new Calls();
const HOLDS = [
  { HoldID: 1, HoldName: 'Port', ParentHoldID: null },
  { HoldID: 2, HoldName: 'Quay', ParentHoldID: null },
];
const inHold = (HoldID: number) => ({ ...ME, HoldID, HoldName: HOLDS[HoldID - 1]?.HoldName });

/** root, in the first enterprise. */
async function enter(token: string): Promise<void> {
  const entered = logIn('ann', 'secret');
  await (await calls.next('user/GetLoginToken')).answer(token);
  await (await calls.next('manage/GetMe')).answer(ME);
  await (await calls.next('manage/ListEnterprises')).answer({ total: 2, data: HOLDS });
  await (await calls.next('manage/GetMe')).answer(inHold(1));
  await entered;
}

test('an enterprise that answers behind a logout lets nobody in again', async () => {
  await enter('first');
  assert.equal(phase.value, 'in');
  go({ hold: '2' });
  const opened = enterEnterprise();
  const late = await calls.next('manage/GetMe');
  endSession('ended');
  await late.answer(inHold(2));
  await opened;
  assert.equal(phase.value, 'login');
  assert.equal(me.value, null);
});

test('an enterprise that is refused behind a logout is no news of the next login', async () => {
  go({ hold: '1' });
  await enter('second');
  go({ hold: '2' });
  const opened = enterEnterprise();
  const late = await calls.next('manage/GetMe');
  endSession('ended');
  await late.refuse(401);
  await opened; // and throws nothing, of which something would be said
  assert.equal(address.value.hold, '2', 'whoever logs in again is there again');
});

test('a token that is found to have ended as an enterprise is opened leads to the login', async () => {
  go({ hold: '1' });
  await enter('third');
  go({ hold: '2' });
  const opened = enterEnterprise();
  await (await calls.next('manage/GetMe')).refuse(401);
  await opened;
  assert.equal(phase.value, 'login');
});

test('a password that is changed is told from one that is not, also where the new login is lost', async () => {
  go({ hold: '1' });
  await enter('fourth');
  const changed = changePassword('secret', 'another');
  await (await calls.next('manage/ChangePassword')).answer(null);
  await (await calls.next('user/GetLoginToken')).lose();
  assert.equal(await changed, false);
  const refused = assert.rejects(changePassword('wrong', 'another'));
  await (await calls.next('manage/ChangePassword')).refuse(400, 'OldPassWord: wrong');
  await refused;
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { phase, startSession, tokenNow } from '../app/session.ts';
import {
  followLogin,
  heedAnswer,
  isOfLogin,
  tokenOfCalls,
  tokenTyped,
  typeToken,
} from './token.ts';

const calls = new Calls();
const LOGIN = '/api/user/GetLoginToken';

test('the token of a login that was tried goes with the calls behind it, until its logout', () => {
  heedAnswer(LOGIN, '', { Code: 4005, Data: null });
  assert.equal(tokenOfCalls(), '');
  heedAnswer(LOGIN, '', { Code: 200, Data: 'tried' });
  assert.equal(tokenOfCalls(), 'tried');
  assert.equal(isOfLogin.value, true);
  heedAnswer('/api/user/LogOut', 'other', { Code: 200, Data: null });
  assert.equal(tokenOfCalls(), 'tried');
  heedAnswer('/api/user/LogOut', 'tried', { Code: 200, Data: null });
  assert.equal(tokenOfCalls(), '');
  typeToken(' mine ');
  assert.deepEqual([tokenOfCalls(), isOfLogin.value], ['mine', false]);
  typeToken('');
});

test('who logs in elsewhere is logged in here, and whose token has ended is not any more', async () => {
  const started = startSession();
  await (await calls.next('user/Resume')).refuse(401);
  await started;
  assert.equal(phase.value, 'login');
  followLogin();
  document.dispatchEvent(new Event('visibilitychange'));
  await (await calls.next('user/Resume')).answer('session');
  await (await calls.next('manage/GetMe')).answer({ ...ME, Role: 'viewer', HoldID: 1 });
  assert.equal(phase.value, 'in');
  assert.equal(tokenOfCalls(), 'session');
  document.dispatchEvent(new Event('visibilitychange'));
  assert.equal(await calls.count('user/Resume'), 0, 'nobody asks who is in');
  heedAnswer('/api/manage/GetMe', 'session', { Code: 401, Data: null });
  assert.deepEqual([String(phase.value), tokenNow(), tokenTyped.value], ['login', '', '']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { address } from './navigation.ts';
import { type Me, me, phase } from './session.ts';
import { addDevice, addEnterprise } from './setup.ts';

const calls = new Calls();
me.value = ME as unknown as Me;
phase.value = 'in';

test('an enterprise of which no answer came is not told as made', async () => {
  const made = addEnterprise('Port', 'UTC', 'R');
  await (await calls.next('manage/AddEnterprise')).lose();
  assert.match(await made, /does not answer/);
});

test('an enterprise that is made is not told as refused where the page cannot go on', async () => {
  const made = addEnterprise('Port', 'UTC', 'R');
  await (await calls.next('manage/AddEnterprise')).answer({ HoldID: 4 });
  await (await calls.next('manage/GetMe')).lose();
  assert.equal(await made, '');
  assert.equal(address.value.hold, '4');
});

test('why a tracker was not registered is said in words, also where nobody answered', async () => {
  const added = addDevice('860000000000001', '', 'R');
  await (await calls.next('manage/AddDevice')).lose();
  assert.match(await added, /does not answer/);
});

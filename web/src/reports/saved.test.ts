import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls } from '../../tests/lib/window.ts';
import { phase } from '../app/session.ts';
import { forgetSaved, saved } from './saved.ts';

const calls = new Calls();
phase.value = 'in';
const report = (name: string) => ({ name, asked: { kind: 'stops' } });

test('two that are deleted at once are both gone', async () => {
  const first = forgetSaved('A');
  const second = forgetSaved('B');
  let stored: unknown = ['A', 'B', 'C'].map(report);
  for (let n = 0; n < 2; n++) {
    await (await calls.next('manage/GetPreference')).answer({ Value: stored });
    const set = await calls.next('manage/SetPreference');
    stored = set.fields['Value'];
    await set.answer(null);
  }
  assert.deepEqual([await first, await second], ['', '']);
  assert.deepEqual(
    saved.value.map(({ name }) => name),
    ['C'],
  );
});

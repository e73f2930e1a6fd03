import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { type Me, me, phase, typist } from '../app/session.ts';
import { changed, isSaving, openRules, rules, saveRules, setField } from './rules_draft.ts';

const calls = new Calls();
typist.value = 'ann';
me.value = { ...ME, HoldID: 1 } as unknown as Me;
phase.value = 'in';

const own = (text: string) => ({ mode: 'value' as const, text });
function textOf(name: 'OverspeedKmh' | 'FatigueMinutes'): string {
  return typeof rules.value === 'object' ? (rules.value?.mine[name].text ?? '') : '';
}
const answerRead = async (data: object) =>
  await (await calls.next('manage/GetAlarmRules')).answer(data);

test('what is set while the rules are saved stays, and is told as not saved', async () => {
  const opened = openRules();
  await answerRead({});
  await opened;
  setField('OverspeedKmh', own('80'));
  const saved = saveRules();
  await answerRead({});
  const sent = await calls.next('manage/SetAlarmRules');
  assert.equal(sent.fields['OverspeedKmh'], 80);
  setField('OverspeedKmh', own('90'));
  setField('FatigueMinutes', own('240'));
  await sent.answer(null);
  await saved;
  assert.equal(textOf('OverspeedKmh'), '90');
  assert.equal(textOf('FatigueMinutes'), '240');
  assert.deepEqual(changed.value, ['OverspeedKmh', 'FatigueMinutes']);
});

test('what is set while saving fails stays, too', async () => {
  const saved = saveRules();
  await answerRead({ OverspeedKmh: 80 });
  const sent = await calls.next('manage/SetAlarmRules');
  setField('FatigueMinutes', own('300'));
  await sent.lose();
  await saved;
  assert.equal(isSaving.value, false);
  assert.equal(textOf('FatigueMinutes'), '300');
  assert.match(typeof rules.value === 'object' ? (rules.value?.fault ?? '') : '', /still here/);
});

test('of two readings the later one takes nothing that was set behind the first', async () => {
  const first = openRules();
  const second = openRules();
  await answerRead({ OverspeedKmh: 80 });
  await first;
  setField('FatigueMinutes', own('60'));
  await answerRead({ OverspeedKmh: 80 });
  await second;
  assert.equal(textOf('FatigueMinutes'), '60');
});

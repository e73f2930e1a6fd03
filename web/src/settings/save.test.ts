import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { NEW } from '../app/address.ts';
import { adjust } from '../app/navigation.ts';
import { type Me, me, phase, typist } from '../app/session.ts';
import type { Entity } from './entity.ts';
import { formOf, isDirty, openForm, readForm, setValue } from './forms.ts';
import { save } from './save.ts';

const calls = new Calls();
const act = (HoldID: number) => {
  me.value = { ...ME, HoldID } as unknown as Me;
};
const group = (GroupName: string, Version = 1) => ({ GroupID: 5, GroupName, Version });
const list = (...data: object[]) => ({ total: data.length, data });

const groups: Entity = {
  name: 'groups',
  id: 'GroupID',
  nameOf: (row) => String(row['GroupName']),
  fields: [
    { name: 'GroupName', label: () => '', kind: 'text', isRequired: true },
    { name: 'Secret', label: () => '', kind: 'secret' },
  ],
  columns: [],
  list: 'manage/ListGroups',
  add: { call: 'manage/AddGroup', label: () => '' },
  modify: 'manage/ModifyGroup',
  nothing: () => '',
};

function textIn(id: string, field: string): string | undefined {
  const now = formOf(groups, id);
  return typeof now === 'object' ? now.values[field] : now;
}

typist.value = 'ann';
act(1);
phase.value = 'in';

/** Those of the table and of the form, which read the list. */
async function answerLists(...data: object[]): Promise<void> {
  for (let n = 0; n < 2; n++) await (await calls.next('manage/ListGroups')).answer(list(...data));
}

test('of two readings of an object the later one takes nothing that was typed behind the first', async () => {
  const first = readForm(groups, '7');
  const second = readForm(groups, '7');
  const row = { ...group('Seven'), GroupID: 7 };
  const [one, two] = [await calls.next('manage/ListGroups'), await calls.next('manage/ListGroups')];
  await one.answer(list(row));
  await first;
  setValue(groups, '7', 'GroupName', 'Typed');
  await two.answer(list(row));
  await second;
  assert.equal(textIn('7', 'GroupName'), 'Typed');
});

test('what is typed while a form is saved stays, a secret, too', async () => {
  await openForm(groups, '5', group('North'));
  setValue(groups, '5', 'GroupName', 'South');
  setValue(groups, '5', 'Secret', 'one');
  const saved = save(groups, '5');
  const sent = await calls.next('manage/ModifyGroup');
  assert.equal(sent.fields['GroupName'], 'South');
  setValue(groups, '5', 'GroupName', 'Southwest');
  setValue(groups, '5', 'Secret', 'other');
  await sent.answer(null);
  await answerLists(group('South', 2));
  assert.equal(await saved, true);
  assert.equal(textIn('5', 'GroupName'), 'Southwest');
  assert.equal(textIn('5', 'Secret'), 'other');
  const again = save(groups, '5');
  await (await calls.next('manage/ModifyGroup')).answer(null);
  await answerLists(group('Southwest', 3));
  await again;
  assert.equal(textIn('5', 'Secret'), '', 'it is stored');
  assert.equal(isDirty(groups, '5'), false);
});

test('a form that is saved as another enterprise is chosen leaves the form of that one alone', async () => {
  await openForm(groups, NEW, null);
  setValue(groups, NEW, 'GroupName', 'Of the first');
  const saved = save(groups, NEW);
  const sent = await calls.next('manage/AddGroup');
  act(2);
  adjust({ set: 'groups', item: NEW });
  await openForm(groups, NEW, null);
  setValue(groups, NEW, 'GroupName', 'Of the second');
  await sent.answer({ GroupID: 6 });
  await saved;
  assert.equal(textIn(NEW, 'GroupName'), 'Of the second');
  act(1);
  await openForm(groups, NEW, null);
  assert.equal(textIn(NEW, 'GroupName'), '', 'that was added');
});

test('what was lost as the login ended is known to be lost behind the next one', async () => {
  await openForm(groups, '5', group('East'));
  setValue(groups, '5', 'GroupName', 'West');
  const saved = save(groups, '5');
  const sent = await calls.next('manage/ModifyGroup');
  me.value = null;
  phase.value = 'login';
  await sent.lose();
  assert.equal(await saved, false);
  act(1);
  phase.value = 'in';
  const now = formOf(groups, '5');
  assert.deepEqual(typeof now === 'object' && now.lost, { GroupName: 'West' });
});

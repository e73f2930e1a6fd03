import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  apiValue,
  changedFields,
  draftOf,
  faultsOf,
  rebased,
  refusalOf,
  textOf,
  withValue,
} from './draft.ts';
import type { Entity, Field, Row } from './entity.ts';

function field(name: string, kind: Field['kind'], more: Partial<Field> = {}): Field {
  return { name, label: () => name, kind, ...more };
}

const entity: Entity = {
  name: 'things',
  id: 'ThingID',
  nameOf: (row) => String(row['Name']),
  fields: [
    field('Name', 'text', { isRequired: true }),
    field('Secret', 'secret', { isRequired: true, min: 6 }),
    field('Litres', 'number'),
    field('Minutes', 'number', { empty: 'null' }),
    field('Parent', 'choice', { empty: 'zero' }),
    field('Groups', 'choices'),
    field('Open', 'switch'),
    field('End', 'time'),
    field('First', 'text', { only: 'new', first: () => 'now' }),
    field('Root', 'text', { may: (row) => row === null || row['Name'] !== 'mine' }),
  ],
  columns: [],
  list: 'manage/ListGroups',
  modify: 'manage/ModifyGroup',
  nothing: () => '',
};
const row: Row = {
  ThingID: 7,
  Name: 'A',
  Litres: 60,
  Minutes: null,
  Parent: null,
  Groups: [10, 9],
  Open: false,
  End: null,
  Root: '',
};
const texts = { missing: 'missing', noNumber: 'no number', tooShort: (n: number) => `under ${n}` };
const fieldOf = (name: string) => entity.fields.find((each) => each.name === name) as Field;
const names = (fields: readonly Field[]) => fields.map(({ name }) => name);

test('a row is shown as texts, and its texts are the values of a call again', () => {
  const draft = draftOf(entity, row, '');
  assert.deepEqual(draft.values, {
    Name: 'A',
    Secret: '',
    Litres: '60',
    Minutes: '',
    Parent: '',
    Groups: '9,10',
    Open: '',
    End: '',
    Root: '',
  });
  assert.deepEqual(changedFields(entity, draft), []);
  const value = (name: string, text: string) => apiValue(fieldOf(name), text);
  assert.equal(value('Litres', ' 12.5 '), 12.5);
  assert.equal(value('Litres', ''), 0);
  assert.ok(Number.isNaN(value('Litres', 'much')));
  assert.equal(value('Minutes', ''), null);
  assert.equal(value('Parent', ''), 0);
  assert.equal(value('Parent', '3'), 3);
  assert.deepEqual(value('Groups', '9,10'), [9, 10]);
  assert.deepEqual(value('Groups', ''), []);
  assert.equal(value('Open', 'true'), true);
  assert.equal(value('Open', ''), false);
  assert.equal(value('End', ''), '');
  assert.equal(value('Secret', ' keeps blanks '), ' keeps blanks ');
});

test('a new one begins with what is usual, and asks for what is needed', () => {
  const draft = draftOf(entity, null, 'r');
  assert.equal(draft.values['First'], 'now');
  assert.deepEqual(faultsOf(entity, draft, texts), { Name: 'missing', Secret: 'missing' });
  const short = withValue(withValue(draft, 'Secret', '12345'), 'Litres', 'much');
  assert.deepEqual(faultsOf(entity, short, texts), {
    Name: 'missing',
    Secret: 'under 6',
    Litres: 'no number',
  });
});

test('of one that there is, a secret may stay, and who may not sees no field', () => {
  const mine = draftOf(entity, { ...row, Name: 'mine' }, '');
  assert.deepEqual(faultsOf(entity, mine, texts), {});
  assert.ok(!('Root' in mine.values));
  assert.ok(!('First' in mine.values));
  assert.deepEqual(names(changedFields(entity, withValue(mine, 'Secret', ' '))), ['Secret']);
});

test('what somebody else changed follows where nothing was typed, and else stands beside it', () => {
  let draft = draftOf(entity, row, '');
  draft = withValue(draft, 'Name', 'mine');
  draft = withValue(draft, 'Litres', '80');
  draft = withValue(draft, 'End', '2027-01-01 00:00:00');
  const fresh = { ...row, Name: 'theirs', Litres: 80, Minutes: 60, Groups: [9] };
  const next = rebased(entity, { ...draft, faults: { '': 'old' } }, fresh);
  assert.equal(next.base, fresh);
  assert.deepEqual(next.theirs, { Name: 'theirs' });
  assert.deepEqual(next.faults, {});
  assert.equal(next.values['Name'], 'mine');
  assert.equal(next.values['Minutes'], '60');
  assert.equal(next.values['Groups'], '9');
  assert.deepEqual(names(changedFields(entity, next)), ['Name', 'End']);
  assert.deepEqual(withValue(next, 'Name', 'theirs').theirs, {});
});

test('all that was typed is there already: nothing is left to save', () => {
  const draft = withValue(draftOf(entity, row, ''), 'Name', 'B');
  const next = rebased(entity, draft, { ...row, Name: 'B' });
  assert.deepEqual(changedFields(entity, next), []);
});

test('a refusal is of the field that it names', () => {
  const told = (message: string) => Object.values(refusalOf(message));
  assert.deepEqual(told('SIM: too long: 40'), ['SIM', 'too long: 40', false]);
  assert.deepEqual(told('LoginName is taken'), ['LoginName', 'LoginName is taken', true]);
  assert.deepEqual(told('This group does not exist'), ['', 'This group does not exist', false]);
  assert.deepEqual(told(''), ['', '', false]);
});

test('faults go with what is typed, texts of other fields stay', () => {
  const draft = { ...draftOf(entity, row, ''), faults: { '': 'x', Name: 'y', End: 'z' } };
  assert.deepEqual(withValue(draft, 'Name', 'B').faults, { End: 'z' });
  assert.equal(textOf(fieldOf('Open'), { Open: true }), 'true');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTable } from './csv.ts';
import type { Field } from './entity.ts';
import { answered, judged, objectOf, readSheet, type Sheet, type Texts } from './sheet.ts';

const fields: Field[] = [
  { name: 'DeviceID', label: () => 'Device ID', kind: 'text', isRequired: true },
  { name: 'VehiclePlate', label: () => 'Plate', kind: 'text', max: 8 },
  {
    name: 'GroupID',
    label: () => 'Group of it',
    kind: 'choice',
    empty: 'zero',
    choices: () => [
      ['0', 'none'],
      ['7', 'North'],
    ],
  },
  { name: 'TankLitres', label: () => 'Tank', kind: 'number' },
];
const texts: Texts = {
  missing: 'missing',
  noNumber: 'no number',
  noChoice: 'no such',
  tooLong: (max) => `over ${max}`,
  rounded: 'rounded',
  double: (n) => `as line ${n}`,
  known: 'taken',
};
const unique = [
  { field: 'DeviceID', isKnown: (text: string) => text === '900' },
  { field: 'VehiclePlate', isKnown: () => false },
];

function sheetOf(text: string): Sheet {
  const sheet = readSheet(parseTable(text), fields);
  assert.ok(sheet);
  return sheet;
}

test('columns are named as the API or the form does, in any order; others are told', () => {
  const sheet = sheetOf('plate,GROUP,Colour,deviceid,Plate\nA,north,red,1,B\n');
  assert.deepEqual(
    sheet.fields.map(({ name }) => name),
    ['VehiclePlate', 'GroupID', 'DeviceID'],
  );
  assert.deepEqual(sheet.strange, ['Colour']);
  assert.deepEqual(sheet.lines[0]?.values, { VehiclePlate: 'A', GroupID: 'north', DeviceID: '1' });
  assert.equal(readSheet(parseTable('Plate,Group\nA,North\n'), fields), null);
  assert.equal(readSheet(parseTable(''), fields), null);
});

test('each line is told what is wrong with it before anything is sent', () => {
  const rows = [
    ['100', 'A', 'North', '60.5', null],
    ['', 'B', '', '', ['DeviceID', 'missing']],
    ['8.6E+14', 'C', '', '', ['DeviceID', 'rounded']],
    ['102', 'a', '', '', ['VehiclePlate', 'as line 2']],
    ['0100', 'D', '', '', ['DeviceID', 'as line 2']],
    ['103', 'longer than it', '', '', ['VehiclePlate', 'over 8']],
    ['104', 'E', 'South', '', ['GroupID', 'no such']],
    ['105', 'F', '7', 'much', ['TankLitres', 'no number']],
    ['900', 'G', '', '', ['DeviceID', 'taken']],
    ['106', '', '', '', null],
    ['107', '', '', '', null],
  ] as const;
  const text = rows.map((row) => row.slice(0, 4).join(',')).join('\n');
  const sheet = sheetOf(`DeviceID,VehiclePlate,GroupID,TankLitres\n${text}\n`);
  const told = judged(sheet, unique, texts).map(({ fault }) => fault && [fault.field, fault.text]);
  assert.deepEqual(
    told,
    rows.map((row) => row[4]),
  );
});

test('a line is sent with the values of the call, and without what is empty', () => {
  const sheet = sheetOf('DeviceID,Plate,Group,Tank\n007, A ,north,60\n8,,,\n9,,none,\n');
  const [one, two, three] = sheet.lines.map((line) => objectOf(sheet, line));
  assert.deepEqual(one, { DeviceID: '007', VehiclePlate: 'A', GroupID: 7, TankLitres: 60 });
  assert.deepEqual(two, { DeviceID: '8' });
  assert.deepEqual(three, { DeviceID: '9', GroupID: 0 });
});

test('what the server says of a line stands at its field; the others of the call are added', () => {
  const sheet = sheetOf('DeviceID,Plate\n1,A\n2,B\n3,C\n4,D\n');
  const errors = [
    { index: 0, ErrMsg: 'DeviceID is taken' },
    { index: 1, ErrMsg: 'SIM: too long' },
  ];
  const lines = answered(sheet.lines, [3, 4, 5], errors, texts);
  assert.deepEqual(
    lines.map(({ isAdded, fault }) => [isAdded, fault?.field, fault?.text]),
    [
      [false, undefined, undefined],
      [false, 'DeviceID', 'taken'],
      [false, 'SIM', 'too long'],
      [true, undefined, undefined],
    ],
  );
  const again = judged({ ...sheet, lines }, unique, texts);
  assert.equal(again[3]?.isAdded, true);
  assert.equal(again[2]?.fault?.text, 'too long', 'it stands until the line is changed');
});

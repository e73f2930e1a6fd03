import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf, plainCell, separatorOf } from './csv.ts';

test('cells are parted, quoted where they have to be, and begin with a mark', () => {
  const rows = [
    ['a', 'b;c', 'say "hi"'],
    ['', 'two\nlines', '粤B'],
  ];
  const lines = 'a;"b;c";"say ""hi"""\r\n;"two\nlines";粤B\r\n';
  assert.equal(csvOf(rows, ';'), `\uFEFF${lines}`);
  assert.equal(csvOf([['b;c', 'd,e']], ','), '\uFEFFb;c,"d,e"\r\n');
});

test('no cell is a formula', () => {
  for (const text of ['=1+2', '+A1', '-A1', '@SUM(A1)', '\t=1', '\r=1', "=cmd|' /C calc'!A0"])
    assert.equal(plainCell(text), `'${text}`);
  for (const text of ['-12.5', '+49 30 123', '-33.456789, 151.1', '2026-11-01 10:00:00', 'a=b'])
    assert.equal(plainCell(text), text);
});

test('the separator is that of the locale', () => {
  assert.equal(separatorOf('en-GB'), ',');
  assert.equal(separatorOf('zh-CN'), ',');
  assert.equal(separatorOf('de-DE'), ';');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTable, parseTable, writeTable } from './csv.ts';

const cells = (text: string) => parseTable(text).map((line) => line.cells);

test('cells end at the separator that the head has most of', () => {
  assert.deepEqual(cells('a,b;c\n1,2\n'), [
    ['a', 'b;c'],
    ['1', '2'],
  ]);
  assert.deepEqual(cells('a;b;c,d\r\n1;2;3'), [
    ['a', 'b', 'c,d'],
    ['1', '2', '3'],
  ]);
  assert.deepEqual(cells('"a,b,c,d"\tx\n1\t2'), [
    ['a,b,c,d', 'x'],
    ['1', '2'],
  ]);
});

test('quotes hold separators, quotes and line ends; lines keep their numbers', () => {
  const lines = parseTable('\ufeffid,note\r\n1,"a ""b"", c\nd"\r\n\r\n , \r\n2, plain "x" \n');
  assert.deepEqual(lines, [
    { number: 1, cells: ['id', 'note'] },
    { number: 2, cells: ['1', 'a "b", c\nd'] },
    { number: 6, cells: ['2', 'plain "x"'] },
  ]);
  assert.deepEqual(cells(''), []);
  assert.deepEqual(cells('a\rb'), [['a'], ['b']]);
  assert.deepEqual(cells('"never ends,\n1'), [['never ends,\n1']]);
});

test('what is written is read again, and no spreadsheet takes it as a formula', () => {
  const rows = [
    ['=SUM(A1)', '+49 151 (2) 3-4', '-5', '-x', '@a'],
    ['a,b', 'say "x"', 'two\nlines', "'quoted", ''],
  ];
  const text = writeTable(rows);
  assert.match(text, /^\ufeff'=SUM\(A1\),\+49 151 \(2\) 3-4,-5,'-x,'@a\r\n/);
  assert.deepEqual(cells(text), rows);
});

test('bytes are UTF-8, UTF-16 by their mark, else GB 18030', () => {
  assert.equal(decodeTable(new TextEncoder().encode('车牌')), '车牌');
  assert.equal(decodeTable(Uint8Array.from([0xff, 0xfe, 0x66, 0x8f])), '车');
  assert.equal(decodeTable(Uint8Array.from([0xfe, 0xff, 0x8f, 0x66])), '车');
  assert.equal(decodeTable(Uint8Array.from([0xb3, 0xb5, 0x2c, 0x31])), '车,1');
});

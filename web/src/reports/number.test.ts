import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberTyped } from './number.ts';

test('a number of an option is whole and within its bounds, and none is none', () => {
  const told = ['1', '1440', ' 5 ', '', '0', '1441', '2.5', '-3', 'x'].map((text) =>
    numberTyped(text, false, 1440),
  );
  assert.deepEqual(told, ['1', '1440', '5', '', null, null, null, null, null]);
  assert.equal(
    numberTyped('', true, 1440),
    null,
    'a field of numbers keeps what is none to itself',
  );
});

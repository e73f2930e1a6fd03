import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAddress, takeKey, writeAddress } from './address.ts';

test('an address is read and written the same', () => {
  for (const query of [
    '',
    '?fun=1',
    '?ids=1,2&type=1&sel=7',
    '?fun=3&f=moving,idle&q=B+9&sort=-speed',
    '?set=devices&item=%2B',
    '?hold=2&set=',
  ]) {
    assert.equal(writeAddress(readAddress(query)), query);
  }
});

test('what an address does not know is left out; an unknown page is the map', () => {
  assert.equal(writeAddress(readAddress('?fun=9&x=1&ids=')), '');
  assert.equal(readAddress('?fun=5').page, 'login');
  assert.equal(readAddress('').page, 'map');
  assert.equal(readAddress('?fun=6').page, 'map');
});

test('the settings have no number, and what is open of them is told there alone', () => {
  const open = readAddress('?fun=1&set=users&item=7');
  assert.deepEqual([open.page, open.set, open.item], ['settings', 'users', '7']);
  assert.equal(writeAddress({ ...open, page: 'online' }), '?fun=1');
});

test('a key is taken out, however it is spelt', () => {
  assert.deepEqual(takeKey('?fun=1&key=AB&ids=1'), { key: 'AB', rest: '?fun=1&ids=1' });
  assert.deepEqual(takeKey('?KEY=AB&key=CD'), { key: 'AB', rest: '' });
  assert.deepEqual(takeKey('?fun=1'), { key: '', rest: '?fun=1' });
});

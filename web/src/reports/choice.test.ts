import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  IDS_MAX,
  isNobody,
  NOBODY,
  readChoice,
  toggleGroup,
  toggleId,
  writeChoice,
} from './choice.ts';

test('a choice is read from the address, and written again', () => {
  assert.deepEqual(readChoice(''), NOBODY);
  assert.deepEqual(readChoice('.12,861,.3,A.7,861'), {
    isAll: false,
    groups: [12, 3],
    ids: ['861', 'A.7'],
  });
  assert.equal(writeChoice(readChoice('.12,861,.3,A.7')), '.12,.3,861,A.7');
  assert.deepEqual(readChoice('861,*'), { ...NOBODY, isAll: true });
  assert.equal(writeChoice({ ...NOBODY, isAll: true }), '*');
  assert.deepEqual(readChoice('.x,.'), NOBODY);
});

test('nobody is chosen until somebody is', () => {
  assert.ok(isNobody(NOBODY));
  assert.ok(!isNobody(toggleGroup(NOBODY, 3)));
  assert.ok(isNobody(toggleGroup(toggleGroup(NOBODY, 3), 3)));
});

test('one more vehicle ends "all", and there is an end to them', () => {
  assert.deepEqual(toggleId({ ...NOBODY, isAll: true }, '861').ids, ['861']);
  assert.equal(toggleId({ ...NOBODY, isAll: true }, '861').isAll, false);
  const many = { ...NOBODY, ids: Array.from({ length: IDS_MAX }, (_, i) => `d${i}`) };
  assert.equal(toggleId(many, 'one more').ids.length, IDS_MAX);
  assert.equal(toggleId(many, 'd7').ids.length, IDS_MAX - 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areSame, mergeChoices, readChoices } from './preferences.ts';

test('of two browsers the later choice counts, each for itself', () => {
  const ours = { theme: ['dark', 5], columns: ['plate', 9], units: ['mi', 3] } as const;
  const theirs = { theme: ['light', 6], columns: ['plate,speed', 8], sort: ['-speed', 1] } as const;
  const merged = {
    theme: ['light', 6],
    columns: ['plate', 9],
    units: ['mi', 3],
    sort: ['-speed', 1],
  };
  assert.deepEqual(mergeChoices(ours, theirs), merged);
  assert.deepEqual(mergeChoices({ a: ['ours', 1] }, { a: ['theirs', 1] }), { a: ['theirs', 1] });
});

test('what is no choice is passed over', () => {
  assert.deepEqual(readChoices(null), {});
  assert.deepEqual(readChoices('text'), {});
  assert.deepEqual(
    readChoices({ a: ['x', 1], b: ['x'], c: [1, 1], d: 'x', e: ['x'.repeat(3000), 1], f: null }),
    { a: ['x', 1] },
  );
});

test('choices are the same by value and time', () => {
  assert.ok(areSame({ a: ['x', 1] }, { a: ['x', 1] }));
  assert.ok(!areSame({ a: ['x', 1] }, { a: ['x', 2] }));
  assert.ok(!areSame({ a: ['x', 1] }, { b: ['x', 1] }));
  assert.ok(!areSame({ a: ['x', 1] }, {}));
});

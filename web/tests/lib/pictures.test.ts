import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairs } from './pictures.ts';

const traits = ['colorScheme', 'language', 'viewport'] as const;

test('the two views of a state have nothing in common', () => {
  for (const [one, other] of pairs) {
    for (const trait of traits) assert.notDeepEqual(one[trait], other[trait], one.name);
  }
});

test('four states in a row show every pair of theme, language and size', () => {
  const views = pairs.flat();
  for (const [i, one] of traits.entries()) {
    for (const other of traits.slice(i + 1)) {
      const seen = new Set(views.map((view) => JSON.stringify([view[one], view[other]])));
      assert.equal(seen.size, 4, `${one} and ${other}`);
    }
  }
});

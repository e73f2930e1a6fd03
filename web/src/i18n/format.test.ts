import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimal, measure } from './format.ts';

test('what is rounded to nothing has no sign, and what is below it keeps it', () => {
  assert.deepEqual(
    [decimal(-0.04, 1), decimal(-0.4, 0), decimal(-0.05, 1), decimal(-1200, 0)],
    ['0.0', '0', '-0.1', '-1,200'],
  );
  assert.equal(measure(-0.01, 1, '℃'), '0.0 ℃');
});

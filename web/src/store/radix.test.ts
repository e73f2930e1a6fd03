import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sortStably } from './radix.ts';

/** The same by comparisons. */
function sortedSlowly(keys: readonly number[], falls: boolean): number[] {
  const compare = (a: number, b: number) => {
    if (Number.isNaN(a) || Number.isNaN(b))
      return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return falls ? b - a : a - b;
  };
  return keys
    .map((_, slot) => slot)
    .sort((a, b) => compare(keys[a] as number, keys[b] as number) || a - b);
}

/** The same numbers in each run. */
function* numbers(): Generator<number, never> {
  for (let state = 12345; ; ) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    yield state / 2 ** 32;
  }
}

function assertSorted(keys: readonly number[]): void {
  for (const falls of [false, true]) {
    const slots = Int32Array.from(keys, (_, slot) => slot);
    sortStably(slots, (slot) => keys[slot] as number, falls);
    assert.deepEqual([...slots], sortedSlowly(keys, falls));
  }
}

test('numbers of every kind are sorted, equal ones in their order, unknown ones last', () => {
  assertSorted([]);
  assertSorted([1]);
  assertSorted([3, -1, Number.NaN, 0, -0, 3, -1, 2.5, Number.NaN, -2.5, 1e300, -1e300, 5e-324]);
  assertSorted([Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, Number.NaN]);
});

test('many are sorted as they would be by comparing', () => {
  const next = numbers();
  const draw = () => next.next().value;
  for (const count of [2, 100, 5000]) {
    assertSorted(Array.from({ length: count }, () => Math.floor(draw() * 50)));
    assertSorted(Array.from({ length: count }, () => (draw() - 0.5) * 10 ** (draw() * 40 - 20)));
    assertSorted(Array.from({ length: count }, () => 1_770_000_000 + Math.floor(draw() * 86_400)));
    assertSorted(Array.from({ length: count }, () => (draw() < 0.3 ? Number.NaN : draw() - 0.5)));
  }
});

test('what is sorted is a part, too', () => {
  const keys = [5, 4, 3, 2, 1, 0];
  const slots = Int32Array.from([1, 3, 5]);
  sortStably(slots, (slot) => keys[slot] as number, false);
  assert.deepEqual([...slots], [5, 3, 1]);
});

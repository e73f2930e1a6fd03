import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../tests/lib/window.ts';
import { cursor, followSelected } from './device.ts';
import { fleet, shown, tick } from './fleet.ts';
import { followed, followFollowed } from './follow.ts';

const show = (indices: number[]) => {
  fleet.replace({ i: indices, id: indices.map((i) => `D${i}`) });
  shown.value = 'fleet';
  tick.value++;
};

followFollowed();
followSelected();

test('a vehicle that is deleted, or of another enterprise, is not followed any more', () => {
  show([1, 2]);
  followed.value = new Set(['D1', 'D2']);
  fleet.remove([1]);
  tick.value++;
  assert.deepEqual([...followed.value], ['D2']);
  shown.value = 'nothing'; // it is read anew
  fleet.replace({ i: [] });
  tick.value++;
  assert.deepEqual([...followed.value], ['D2']);
  show([3, 4]);
  assert.deepEqual([...followed.value], []);
});

test('the cursor stays with its vehicle, in whatever slot that is', () => {
  show([1, 2, 3]);
  cursor.value = 2;
  show([3, 1]);
  assert.equal(cursor.value, 0);
  show([1, 2]);
  assert.equal(cursor.value, -1);
});

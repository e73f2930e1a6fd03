import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureOf, showPictureIn } from './cache.ts';
import { Finder } from './find.ts';
import { Fleet } from './fleet.ts';

function made(): Fleet {
  const fleet = new Fleet();
  fleet.replace({
    i: [5, 6, 7],
    id: ['a', 'b', 'c'],
    plate: ['Alpha', 'Bravo', 'Charlie'],
    s: [3, 1, 2],
    v: [10, null, 30],
    u: [99, 99, 99],
    a: [[3], [], []],
  });
  return fleet;
}

test('a fleet is the same after it was kept and shown again', () => {
  const shown = new Fleet();
  showPictureIn(shown, structuredClone(pictureOf(made(), 50, [[1, 'North']])));
  shown.refresh(50);
  assert.equal(shown.size, 3);
  assert.deepEqual(shown.texts.plate, ['Alpha', 'Bravo', 'Charlie']);
  assert.deepEqual([...shown.numbers.v.subarray(0, 3)], [10, Number.NaN, 30]);
  assert.equal(shown.slotOf(7), 2);
  assert.equal(shown.alarms[0], 8);
  const found = new Finder(shown).find({ text: 'brav', group: null, states: 0 });
  assert.equal(found.slots.length, 1);
});

test('what was deleted is not kept', () => {
  const fleet = made();
  fleet.remove([6]);
  const picture = pictureOf(fleet, 50, []);
  assert.deepEqual([...picture.index], [5, 7]);
  assert.deepEqual(picture.texts.id, ['a', 'c']);
  assert.deepEqual([...picture.numbers.v], [10, 30]);
});

test('a picture of another version may lack a column', () => {
  const picture = pictureOf(made(), 50, []);
  delete (picture.numbers as Partial<typeof picture.numbers>).v;
  const shown = new Fleet();
  showPictureIn(shown, picture);
  assert.ok(Number.isNaN(shown.numbers.v[0]));
  assert.equal(shown.numbers.s[0], 3);
});

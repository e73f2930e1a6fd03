import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from './fleet.ts';
import { inSections } from './groups.ts';
import { HeldOrder } from './held.ts';
import { findHits } from './search.ts';
import { ALARM } from './state.ts';
import { isSorted, sortSlots, TextRanks } from './view.ts';
import { findPart, folded } from './words.ts';

const NOW = 500;

function fleetOf(): Fleet {
  const fleet = new Fleet();
  fleet.replace({
    i: [1, 2, 3, 4],
    id: ['8601', '8602', '8603', '8604'],
    plate: ['B 10', 'B 9', 'Café', ''],
    sim: ['', '0171', '', ''],
    s: [3, 1, 3, 1],
    v: [10, 0, 90, null],
    u: [NOW, NOW, NOW - 1, NOW],
    a: [[3], [], [3], []],
    g: [5, 0, 5, 6],
  });
  fleet.refresh(NOW);
  return fleet;
}

test('what is not known stands last both ways, and equal ones keep to their names', () => {
  const fleet = fleetOf();
  const ranks = new TextRanks().of(fleet, fleet.texts.plate);
  const plate = (slot: number) => ranks[slot] as number;
  const speed = (slot: number) => fleet.numbers.v[slot] as number;
  const sorted = (key: (slot: number) => number, falls: boolean) => [
    ...sortSlots(Int32Array.from([3, 2, 1, 0]), key, falls, plate),
  ];
  assert.deepEqual(sorted(plate, false), [1, 0, 2, 3], 'B 9 before B 10');
  assert.deepEqual(sorted(plate, true), [2, 0, 1, 3]);
  assert.deepEqual(sorted(speed, true), [2, 0, 1, 3]);
  assert.deepEqual(
    sorted(() => 1, true),
    [1, 0, 2, 3],
  );
});

test('ranks of texts are made again when texts change', () => {
  const fleet = fleetOf();
  const ranks = new TextRanks();
  const first = ranks.of(fleet, fleet.texts.plate);
  const key = ranks.keyOf(fleet, fleet.texts.plate);
  fleet.change({ i: [3], v: [900] });
  assert.equal(ranks.of(fleet, fleet.texts.plate), first);
  assert.equal(ranks.keyOf(fleet, fleet.texts.plate), key, 'no value is another one');
  fleet.add({ i: [3], plate: ['A'] });
  const second = ranks.of(fleet, fleet.texts.plate);
  assert.ok((second[2] as number) < (second[1] as number));
  const other = ranks.keyOf(fleet, fleet.texts.plate);
  assert.notEqual(other, key);
  assert.deepEqual([other(2), other(1)], [second[2], second[1]]);
});

test('an order that is held waits, but lets go of what was deleted', () => {
  const order = new HeldOrder();
  const isThere = () => true;
  order.offer(Int32Array.from([1, 2, 3]), false, isThere);
  order.offer(Int32Array.from([3, 2, 1]), true, isThere);
  assert.deepEqual([...order.slots], [1, 2, 3]);
  assert.ok(order.isWaiting);
  order.offer(Int32Array.from([3, 1]), true, (slot) => slot !== 2);
  assert.deepEqual([...order.slots], [1, 3]);
  order.offer(Int32Array.from([1, 3]), true, isThere);
  assert.ok(!order.isWaiting, 'it came back to what is shown');
  order.offer(Int32Array.from([3, 1, 4]), true, isThere);
  order.take();
  assert.deepEqual([...order.slots], [3, 1, 4]);
  assert.ok(!order.isWaiting);
});

test('sections follow the order of groups, and those without one come last', () => {
  const fleet = fleetOf();
  const slots = Int32Array.from([0, 1, 2, 3]);
  const made = inSections(
    fleet,
    slots,
    [
      [6, 'South'],
      [5, 'North'],
      [7, 'Empty'],
    ],
    new Set([5]),
  );
  assert.deepEqual(
    made.sections.map(({ name, count }) => [name, count]),
    [
      ['South', 1],
      ['North', 2],
      ['', 1],
    ],
  );
  assert.deepEqual([...made.rows], [-1, 3, -2, -3, 1], 'North is folded');
  assert.equal(made.sections[1]?.counts[ALARM], 2);
  const unnamed = inSections(fleet, slots, [], new Set());
  assert.deepEqual(
    unnamed.sections.map(({ name }) => name),
    ['5', '6', ''],
  );
});

test('a search offers plates first, then what else matches, and groups', () => {
  const fleet = fleetOf();
  const hits = findHits(fleet, [[5, 'Base']], 'b', 8);
  assert.deepEqual(
    hits.map((hit) => (hit.kind === 'group' ? hit.name : fleet.texts.plate[hit.slot])),
    ['B 10', 'B 9', 'Base'],
  );
  assert.deepEqual(findHits(fleet, [], '0171', 8), [{ kind: 'vehicle', slot: 1, where: '0171' }]);
  assert.deepEqual(findHits(fleet, [], '  ', 8), []);
  assert.equal(findHits(fleet, [], '860', 8).length, 4);
});

test('the part that was searched for is found where folding keeps the length', () => {
  assert.deepEqual(findPart('B-OD 101', 'od'), [2, 4]);
  assert.deepEqual(findPart('粤B·88', '88'), [3, 5]);
  assert.equal(findPart('Café', 'z'), null);
  assert.equal(findPart('x', ' ') ?? null, null);
  assert.equal(folded('ÀÉÎ ＡＢ'), 'aei ab');
});

test('an order that the values still make is seen as such, and no other', () => {
  const keys = [Number.NaN, 5, 5, 1, Number.NaN, 0];
  const ties = [1, Number.NaN, 2, 3, 1, 3];
  const key = (slot: number) => keys[slot] as number;
  const tie = (slot: number) => ties[slot] as number;
  for (const falls of [false, true]) {
    const order = sortSlots(Int32Array.of(0, 1, 2, 3, 4, 5), key, falls, tie);
    assert.ok(isSorted(order, key, falls, tie), `${order}`);
    assert.ok(!isSorted(order, key, !falls, tie));
    for (let at = 1; at < order.length; at++) {
      const other = order.slice();
      [other[at - 1], other[at]] = [order[at] as number, order[at - 1] as number];
      assert.ok(!isSorted(other, key, falls, tie), `${other}`);
    }
  }
  assert.ok(isSorted(new Int32Array(), key, false, tie));
});

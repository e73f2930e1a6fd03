import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Finder, type Query } from './find.ts';
import { Fleet } from './fleet.ts';
import { ALARM, MOVING, OFFLINE, PARKED, stateBit } from './state.ts';

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

const all: Query = { text: '', group: null, states: 0 };

test('filters leave what matches all of them; counters do not count the states chosen', () => {
  const fleet = fleetOf();
  const finder = new Finder(fleet);
  const slots = (query: object) => [...finder.find({ ...all, ...query }).slots];
  assert.deepEqual(slots({}), [0, 1, 2, 3]);
  assert.deepEqual(slots({ text: ' ｂ ' }), [0, 1], 'width and case do not matter');
  assert.deepEqual(slots({ text: 'cafe' }), [2]);
  assert.deepEqual(slots({ text: '017' }), [1], 'any text');
  assert.deepEqual(slots({ group: 5 }), [0, 2]);
  assert.deepEqual(slots({ group: 0 }), [1]);
  assert.deepEqual(slots({ states: stateBit(OFFLINE) }), [2]);
  assert.deepEqual(slots({ states: stateBit(ALARM) | stateBit(PARKED) }), [0, 1, 2, 3]);
  const found = finder.find({ ...all, group: 5, states: stateBit(PARKED) });
  assert.equal(found.slots.length, 0);
  assert.equal(found.total, 2);
  assert.equal(found.counts[MOVING], 1);
  assert.equal(found.counts[OFFLINE], 1);
  assert.equal(found.counts[ALARM], 2, 'beside their other state');
  fleet.remove([1]);
  assert.deepEqual(slots({ group: 5 }), [2]);
});

test('who finds the same again gets the same list, and a later search leaves it as it is', () => {
  const fleet = fleetOf();
  const finder = new Finder(fleet);
  const first = finder.find(all);
  assert.equal(finder.find({ ...all }).counts, first.counts);
  assert.equal(finder.find(all).slots, first.slots);
  fleet.change({ i: [1], v: [800] });
  const second = finder.find(all);
  assert.equal(second.slots, first.slots);
  assert.equal(second.counts, first.counts, 'nothing that shows them is drawn again');
  const fewer = finder.find({ ...all, states: stateBit(PARKED) });
  assert.notEqual(fewer.slots, first.slots);
  assert.deepEqual([...first.slots], [...finder.find(all).slots]);
});

/** A number that looks like chance, and is the same in each run. */
function* chance(): Generator<number, number> {
  for (let seed = 777; ; seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) yield seed / 2 ** 32;
}

test('whatever happens to a fleet, it finds what one finds who never looked before', () => {
  const next = chance();
  const below = (n: number) => Math.floor(next.next().value * n);
  const some = (n: number) => Array.from({ length: n }, () => below(90));
  const fleet = new Fleet();
  const finder = new Finder(fleet);
  let now = NOW;
  const told = (i: number[]) => ({
    i,
    s: i.map(() => below(4)),
    u: i.map(() => now + below(40)),
    a: i.map(() => (below(8) === 0 ? [3] : [])),
  });
  const named = (i: number[]) => ({
    ...told(i),
    g: i.map(() => below(3)),
    plate: i.map(() => `P ${below(5)}`),
  });
  const queries = [
    all,
    { ...all, states: stateBit(MOVING) },
    { ...all, states: stateBit(ALARM) | stateBit(OFFLINE) },
    { ...all, text: 'p 3' },
    { ...all, group: 1 },
  ];
  const goOn = () => {
    now += below(20);
    fleet.refresh(now);
  };
  const steps = [
    () => fleet.change(told(some(20))),
    () => fleet.change(told(some(20))),
    () => fleet.add(named([...new Set(some(6))])),
    () => fleet.remove(some(2)),
    goOn,
    goOn,
    () => below(10) === 0 && fleet.replace(named(Array.from({ length: below(80) }, (_, n) => n))),
  ];
  let query = all;
  let listed = 0;
  for (let turn = 0; turn < 600; turn++) {
    for (let n = below(4); n >= 0; n--) steps[below(steps.length)]?.();
    if (below(6) === 0) query = queries[below(queries.length)] as Query;
    const found = finder.find(query);
    const fresh = new Finder(fleet).find(query);
    assert.deepEqual(found, fresh, `turn ${turn}`);
    listed += found.slots.length;
  }
  assert.ok(listed > 5000, `${listed}`);
});

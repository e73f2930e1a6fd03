import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarmBits, alarmKinds, columnsOf, packed } from './columns.ts';
import { Fleet } from './fleet.ts';
import { IDLE, MOVING, NEVER, OFFLINE, PARKED, stateBits, stateNames, stateOf } from './state.ts';

const NOW = 1_000_000;

function three(): Fleet {
  const fleet = new Fleet();
  fleet.replace({
    i: [7, 9, 12],
    id: ['100', '200', '300'],
    plate: ['粤B·100', 'B 200', 'Ünit 3'],
    s: [3, 1, 0],
    v: [620, 0, null],
    u: [NOW + 60, NOW - 1, null],
    a: [[4, 9], [], []],
    g: [1, 2, 0],
  });
  fleet.refresh(NOW);
  return fleet;
}

test('a snapshot fills the columns; what is null is not known', () => {
  const fleet = three();
  assert.equal(fleet.size, 3);
  assert.deepEqual([...fleet.states.subarray(0, 3)], [MOVING, OFFLINE, NEVER]);
  assert.equal(fleet.numbers.v[0], 620);
  assert.ok(Number.isNaN(fleet.numbers.v[2]));
  assert.ok(Number.isNaN(fleet.numbers.km[0]), 'a column that did not come');
  assert.deepEqual(alarmKinds(fleet.alarms[0] as number), [4, 9]);
  assert.equal(fleet.slotOfId('200'), 1);
  assert.equal(fleet.slotOfId('400'), -1);
});

test('a change touches its rows alone, and none that is not there', () => {
  const fleet = three();
  const before = fleet.version;
  fleet.change({ i: [9, 99], v: [333, 1], s: [3, 3], u: [NOW + 5, NOW + 5] });
  assert.equal(fleet.numbers.v[1], 333);
  assert.equal(fleet.numbers.v[0], 620);
  assert.equal(fleet.texts.plate[1], 'B 200', 'texts stay');
  assert.equal(fleet.size, 3);
  assert.ok((fleet.changed[1] as number) > before && (fleet.changed[0] as number) <= before);
  assert.ok(fleet.refresh(NOW));
  assert.equal(fleet.states[1], MOVING);
  assert.ok(!fleet.refresh(NOW), 'nothing new');
  assert.ok(fleet.refresh(NOW + 6));
  assert.equal(fleet.states[1], OFFLINE);
});

test('who follows the fleet hears of each slot that was told of, turned or is gone', () => {
  const fleet = three();
  const since = fleet.version;
  assert.deepEqual([...fleet.touchedSince(since)], []);
  assert.deepEqual([...fleet.touchedSince(since - 100)], [0, 1, 2]);
  fleet.change({ i: [9, 99], v: [333, 1] });
  assert.deepEqual([...fleet.touchedSince(since)], [1]);
  const told = fleet.version;
  assert.ok(fleet.refresh(NOW + 61));
  assert.deepEqual([...fleet.touchedSince(told)], [0], 'it is offline now');
  assert.deepEqual([...fleet.touchedSince(since)], [0, 1]);
  const turned = fleet.version;
  fleet.remove([12]);
  fleet.add({ i: Array.from({ length: 100 }, (_, n) => 100 + n) });
  assert.deepEqual(
    [...fleet.touchedSince(turned)],
    [2, ...Array.from({ length: 100 }, (_, n) => 3 + n)],
  );
  const { version } = fleet;
  fleet.replace({ i: [5] });
  assert.deepEqual([...fleet.touchedSince(version)], [0], 'all that are there');
});

test('devices come and go; a slot is not given out twice before the next snapshot', () => {
  const fleet = three();
  fleet.remove([9, 9, 77, 'x']);
  assert.equal(fleet.size, 2);
  assert.equal(fleet.slotOf(9), -1);
  fleet.add({ i: [9], id: ['201'], plate: ['New'] });
  assert.equal(fleet.size, 3);
  assert.notEqual(fleet.slotOf(9), 1);
  assert.equal(fleet.states[fleet.slotOf(9)], NEVER);
  assert.ok(Number.isNaN(fleet.numbers.v[fleet.slotOf(9)]));
  fleet.add({ i: [7], plate: ['Renamed'] });
  assert.equal(fleet.texts.plate[0], 'Renamed');
  assert.equal(fleet.texts.id[0], '100', 'what did not come stays');
  fleet.replace({ i: [] });
  assert.equal(fleet.size + fleet.count, 0);
});

test('texts are folded piece by piece, and at once when a search looks', () => {
  const i = Array.from({ length: 600 }, (_, n) => n + 1);
  const fleet = new Fleet();
  fleet.replace({ i, plate: i.map((n) => `Grün ${n}`), model: i.map(() => 'Ｘ') });
  let times = 0;
  assert.equal(
    fleet.foldWhile(() => ++times < 3),
    false,
  );
  assert.equal(
    fleet.foldWhile(() => true),
    true,
  );
  fleet.add({ i: [5, 601], plate: ['Röt', 'Last'] });
  assert.equal(fleet.words[0], '\ngrun 1\n\n\nx');
  assert.equal(fleet.words[4], '\nrot\n\n\nx');
  assert.equal(fleet.words[600], '\nlast\n\n\n');
  fleet.replace({ i: [7] });
  assert.equal(fleet.words[0], '\n\n\n\n');
});

test('packed columns say what plain ones say', () => {
  const columns = { i: [9, 77, 7], v: [5, 1, null], x: [null, 2, 3.5], a: [[3], [], [31]] };
  const [one, other] = [three(), three()];
  one.change(columns);
  other.change(packed(columns));
  assert.deepEqual(other.numbers, one.numbers);
  assert.deepEqual(other.alarms, one.alarms);
  assert.equal(one.numbers.v[1], 5);
  assert.ok(Number.isNaN(one.numbers.v[0]));
});

test('50,000 devices are taken, and 10,000 changes of them, in little time', () => {
  const count = 50_000;
  const i = Array.from({ length: count }, (_, n) => n + 1);
  const fleet = new Fleet();
  fleet.replace({ i, id: i.map(String), plate: i.map((n) => `P ${n}`), v: i.map(() => 1) });
  const some = i.filter((n) => n % 5 === 0);
  const began = performance.now();
  fleet.change({ i: some, v: some.map((n) => n), s: some.map(() => 3), u: some.map(() => NOW) });
  fleet.refresh(NOW);
  const ms = performance.now() - began;
  assert.equal(fleet.numbers.v[49_999], 50_000);
  assert.ok(ms < 1000, `${ms} ms`); // 3 on a machine that has nothing else to do
});

test('columns that are not of one length are none', () => {
  assert.deepEqual(columnsOf({ i: [1, 2], v: [1] }), { i: [] });
  assert.deepEqual(columnsOf({ v: [] }), { i: [] });
  assert.deepEqual(columnsOf(null), { i: [] });
  assert.deepEqual(columnsOf({ now: 5, i: [1], v: [2] }), { i: [1], v: [2] });
});

test('alarm kinds are bits, and what is no kind is left out', () => {
  assert.equal(alarmBits([0, 3, 31, 32, -1, 'x', 1.5]), 2 ** 31 + 9);
  assert.equal(alarmBits(null), 0);
  assert.deepEqual(alarmKinds(alarmBits([31, 0])), [0, 31]);
});

test('states follow motion, then silence', () => {
  assert.equal(stateOf(0, Number.NaN, NOW + 9, NOW), NEVER);
  assert.equal(stateOf(2, 0, NOW, NOW), IDLE, 'online up to that second');
  assert.equal(stateOf(2, 0, NOW - 1, NOW), OFFLINE);
  assert.equal(stateOf(Number.NaN, 49, NOW, NOW), PARKED, 'of unknown ignition, by its speed');
  assert.equal(stateOf(Number.NaN, 50, NOW, NOW), MOVING);
  assert.equal(stateOf(Number.NaN, Number.NaN, NOW, NOW), PARKED);
  assert.equal(stateOf(1, 0, Number.NaN, NOW), OFFLINE);
  assert.deepEqual(stateNames(stateBits(['moving', 'alarm', 'nonsense'])), ['moving', 'alarm']);
  assert.equal(stateBits(['']), 0);
});

test('each goes offline at its own time, whatever was told meanwhile, and back with the clock', () => {
  const fleet = new Fleet();
  fleet.replace({ i: [1, 2, 3], s: [3, 3, 3], u: [NOW + 10, NOW + 20, NOW + 30] });
  const states = () => [...fleet.states.subarray(0, 3)];
  assert.ok(fleet.refresh(NOW));
  fleet.change({ i: [1], u: [NOW + 25] });
  assert.ok(!fleet.refresh(NOW + 11), 'it was heard again');
  fleet.change({ i: [3], u: [NOW + 15] });
  assert.ok(!fleet.refresh(NOW + 12));
  assert.ok(fleet.refresh(NOW + 16));
  assert.deepEqual(states(), [MOVING, MOVING, OFFLINE]);
  assert.ok(fleet.refresh(NOW + 21));
  assert.deepEqual(states(), [MOVING, OFFLINE, OFFLINE]);
  assert.ok(fleet.refresh(NOW + 17), 'the clock was put back');
  assert.deepEqual(states(), [MOVING, MOVING, OFFLINE]);
  assert.ok(fleet.refresh(NOW + 40));
  assert.deepEqual(states(), [OFFLINE, OFFLINE, OFFLINE]);
});

test('whatever number a device has, it is found by it, until it is gone', () => {
  const fleet = new Fleet();
  const numbers = [0, 5000, 2 ** 20 - 1, 2 ** 20, 2 ** 40, -3, 0.5];
  fleet.replace({ i: numbers, v: numbers.map((_, n) => n * 10) });
  numbers.forEach((number, n) => {
    assert.equal(fleet.numbers.v[fleet.slotOf(number)], n * 10);
  });
  for (const number of [1, 4999, 2 ** 21, -1, 1.5, Number.NaN]) {
    assert.equal(fleet.slotOf(number), -1);
  }
  fleet.remove(numbers);
  for (const number of numbers) assert.equal(fleet.slotOf(number), -1);
  assert.equal(fleet.size, 0);
  fleet.replace({ i: [5000] });
  assert.equal(fleet.slotOf(5000), 0);
  assert.equal(fleet.slotOf(2 ** 40), -1);
});

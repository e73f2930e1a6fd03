import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Finder } from '../store/find.ts';
import { Fleet } from '../store/fleet.ts';
import { ALARM, IDLE, MOVING, OFFLINE, stateBit } from '../store/state.ts';
import { Positions } from './positions.ts';
import { Shown, type Wanted } from './shown.ts';

const NOW = 1_000_000;
const DAYS_S = 86_400;

/** Moves, long gone, long gone in alarm, never there. */
function fourVehicles() {
  const fleet = new Fleet();
  fleet.add({
    i: [1, 2, 3, 4],
    x: [10_000_000, 10_000_000, 20_000_000, null],
    y: [50_000_000, 50_000_000, 50_000_000, null],
    s: [3, 1, 1, 0],
    u: [NOW, 0, 0, 0],
    t: [NOW, NOW - 3 * DAYS_S, NOW - 3 * DAYS_S, null],
    a: [[], [], [3], []],
  });
  fleet.refresh(NOW);
  const positions = new Positions();
  positions.update(fleet, 0, true, null);
  return { fleet, positions };
}

const SLOTS = Int32Array.from([0, 1, 2, 3]);
const ALL: Wanted = { onlyAlarms: false, hasLongGone: true, now: NOW };

function choose(wanted: Partial<Wanted>, pinned: number[] = []) {
  const { fleet, positions } = fourVehicles();
  const shown = new Shown();
  shown.update(fleet, SLOTS, positions.x, { ...ALL, ...wanted }, pinned);
  const { drawn, kept } = shown;
  return { fleet, positions, shown, slots: [...shown.slots], drawn, kept };
}

test('those with a place are shown, and an alarm is never gathered', () => {
  const { slots, drawn, kept } = choose({});
  assert.deepEqual(slots, [0, 1, 2]);
  assert.deepEqual([drawn[0], drawn[2]], [MOVING, ALARM]);
  assert.deepEqual([...kept.subarray(0, 4)], [0, 0, 1, 0]);
});

test('long gone ones may be left out, but for those in alarm', () => {
  assert.deepEqual(choose({ hasLongGone: false }).slots, [0, 2]);
  assert.deepEqual(choose({ onlyAlarms: true }).slots, [2]);
});

test('one becomes long gone by the clock alone', () => {
  const { fleet, positions, shown } = choose({ hasLongGone: false, now: NOW - 2 * DAYS_S });
  assert.deepEqual([...shown.slots], [0, 1, 2]);
  shown.update(fleet, SLOTS, positions.x, { ...ALL, hasLongGone: false }, []);
  assert.deepEqual([...shown.slots], [0, 2]);
});

test('who is pinned is never gathered either, until it is no more', () => {
  const { fleet, positions, shown, kept } = choose({}, [1, 2]);
  assert.deepEqual([...kept.subarray(0, 4)], [0, 1, 1, 0]);
  const { keptVersion, slots } = shown;
  shown.update(fleet, SLOTS, positions.x, ALL, [2, 1]);
  assert.equal(shown.keptVersion, keptVersion, 'nothing is to be gathered anew');
  shown.update(fleet, SLOTS, positions.x, ALL, []);
  assert.ok(shown.keptVersion > keptVersion);
  assert.deepEqual([...kept.subarray(0, 4)], [0, 0, 1, 0]);
  assert.equal(shown.slots, slots, 'the same list');
});

test('one more is shown whatever is wanted, if it has a place', () => {
  const { fleet, positions, shown, drawn } = choose({ onlyAlarms: true });
  const withOne = (slot: number) => shown.withOne(fleet, slot, positions.x);
  assert.deepEqual([...withOne(1)], [2, 1]);
  assert.equal(drawn[1], OFFLINE);
  assert.equal(withOne(1), withOne(1), 'the same list');
  assert.deepEqual([...withOne(0)], [2, 0]);
  for (const slot of [-1, 2, 3]) assert.equal(withOne(slot), shown.slots);
  fleet.change({ i: [1], s: [2] });
  fleet.refresh(NOW);
  shown.update(fleet, SLOTS, positions.x, { ...ALL, onlyAlarms: true }, []);
  withOne(0);
  assert.equal(drawn[0], IDLE, 'as it is now');
});

/** A number that looks like chance, and is the same in each run. */
function* chance(): Generator<number, number> {
  for (let seed = 4242; ; seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) yield seed / 2 ** 32;
}

test('whatever happens to a fleet, it shows what one shows who never looked before', () => {
  const next = chance();
  const below = (n: number) => Math.floor(next.next().value * n);
  const fleet = new Fleet();
  const positions = new Positions();
  const finder = new Finder(fleet);
  const shown = new Shown();
  let now = NOW;
  const told = (i: number[]) => ({
    i,
    x: i.map(() => (below(6) === 0 ? null : below(5) * 1e6)),
    y: i.map(() => 5e7),
    s: i.map(() => below(4)),
    t: i.map(() => now - below(4) * DAYS_S),
    u: i.map(() => now + below(30)),
    a: i.map(() => (below(8) === 0 ? [3] : [])),
  });
  const some = (n: number) => Array.from({ length: n }, () => below(70));
  const steps = [
    () => fleet.change(told(some(15))),
    () => fleet.change(told(some(15))),
    () => fleet.add(told([...new Set(some(8))])),
    () => fleet.remove(some(1)),
    () => (now += below(20)),
    () => below(9) === 0 && fleet.replace(told(Array.from({ length: below(60) }, (_, n) => n))),
  ];
  let wanted = ALL;
  let states = 0;
  let listed = 0;
  for (let turn = 0; turn < 500; turn++) {
    for (let n = below(3); n >= 0; n--) steps[below(steps.length)]?.();
    fleet.refresh(now);
    if (below(7) === 0) states = below(2) * stateBit(MOVING);
    if (below(7) === 0) wanted = { ...ALL, hasLongGone: below(3) > 0, onlyAlarms: below(3) === 0 };
    positions.update(fleet, turn, true, null);
    const { slots } = finder.find({ text: '', group: null, states });
    const pinned = some(below(3)).filter((slot) => slot < fleet.count);
    const before = { slots: shown.slots, kept: shown.kept.slice(), version: shown.keptVersion };
    shown.update(fleet, slots, positions.x, { ...wanted, now }, pinned);
    const fresh = new Shown();
    fresh.update(fleet, slots, positions.x, { ...wanted, now }, pinned);
    assert.deepEqual([...shown.slots], [...fresh.slots], `turn ${turn}`);
    for (const slot of fresh.slots) {
      assert.equal(shown.drawn[slot], fresh.drawn[slot]);
      assert.equal(shown.kept[slot], fresh.kept[slot]);
    }
    const isSame = shown.keptVersion === before.version && shown.slots === before.slots;
    if (isSame) for (const slot of shown.slots) assert.equal(shown.kept[slot], before.kept[slot]);
    listed += shown.slots.length;
  }
  assert.ok(listed > 3000, `${listed}`);
});

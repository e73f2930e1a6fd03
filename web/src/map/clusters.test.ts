import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOVING, PARKED, STATE_COUNT } from '../store/state.ts';
import { Clusters } from './clusters.ts';
import type { Window } from './window.ts';

const ALL: Window = { x: 0, y: 0, width: 1, height: 1, scale: 1024 };
const CROWD = { cell: 64, least: 3 };

interface Place {
  x: number;
  y: number;
  isKept?: boolean;
  state?: number;
}

function gather(places: Place[], window = ALL, manner = CROWD): Clusters {
  const clusters = new Clusters();
  clusters.gather(
    Float64Array.from(places, ({ x }) => x),
    Float64Array.from(places, ({ y }) => y),
    Int32Array.from(places, (_, slot) => slot),
    Uint8Array.from(places, ({ isKept }) => (isKept ? 1 : 0)),
    Uint8Array.from(places, ({ state }) => state ?? PARKED),
    window,
    manner,
  );
  return clusters;
}

const yard = (n: number, x: number, y: number) => Array.from({ length: n }, () => ({ x, y }));

test('those of one spot are one, with its middle and its states', () => {
  const found = gather([...yard(59, 0.5, 0.25), { x: 0.5, y: 0.25, state: MOVING }]);
  assert.equal(found.count, 1);
  assert.equal(found.sizes[0], 60);
  assert.deepEqual([found.x[0], found.y[0]], [0.5, 0.25]);
  assert.deepEqual(
    found.boxOf(0, new Float64Array(60).fill(0.5), new Float64Array(60).fill(0.25)),
    [0.5, 0.25, 0.5, 0.25],
  );
  const states = found.states.subarray(0, STATE_COUNT);
  assert.deepEqual([states[PARKED], states[MOVING]], [59, 1]);
});

test('one that is kept stands for itself, and so do too few', () => {
  const found = gather([
    ...yard(3, 0.5, 0.5),
    { x: 0.5, y: 0.5, isKept: true },
    ...yard(2, 0.1, 0.1),
  ]);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((slot) => found.of(slot)),
    [0, 0, 0, -1, -1, -1],
  );
  assert.equal(found.sizes[0], 3);
});

test('discs that would cover each other are one, whichever cells they are in', () => {
  const border = 64 / 1024;
  const near = [...yard(3, border - 0.001, 0.5), ...yard(3, border + 0.001, 0.5)];
  assert.equal(gather(near).count, 1);
  const far = [...yard(3, border - 0.05, 0.5), ...yard(3, border + 0.05, 0.5)];
  assert.equal(gather(far).count, 2);
});

test('a window over the 180th meridian has both its sides', () => {
  const window = { x: 0.9, y: 0.4, width: 0.2, height: 0.2, scale: 1024 };
  const found = gather(
    [...yard(3, 0.999, 0.5), ...yard(3, 0.001, 0.5), ...yard(5, 0.5, 0.5)],
    window,
  );
  assert.equal(found.count, 1);
  assert.equal(found.sizes[0], 6);
  assert.ok(Math.abs((found.x[0] as number) - 1) < 1e-9);
  for (const slot of [6, 7, 8, 9, 10]) assert.equal(found.of(slot), -1);
});

test('one without a place is in none', () => {
  const found = gather([...yard(3, 0.5, 0.5), { x: Number.NaN, y: Number.NaN }]);
  assert.equal(found.of(3), -1);
});

test('a cluster stays where it is as the map is moved by less than a cell', () => {
  const places = [...yard(4, 0.31, 0.5), ...yard(4, 0.35, 0.5)];
  const shifted = { ...ALL, x: 0.01, y: 0.01, width: 0.98, height: 0.98 };
  assert.deepEqual([...gather(places, shifted).x], [...gather(places).x]);
});

/** A number that looks like chance, and is the same in each run. */
function* chance(): Generator<number, number> {
  for (let seed = 12345; ; seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) yield seed / 2 ** 32;
}

test('gathered again after some moved, they are as if they had been gathered so at first', () => {
  const next = chance();
  const random = () => next.next().value;
  const states = [PARKED, MOVING];
  const towns = Array.from({ length: 40 }, () => ({ x: random(), y: random() }));
  const somewhere = () => {
    const { x, y } = towns[Math.floor(random() * 40)] as Place;
    return { x: x + random() * 0.01, y: y + random() * 0.01 };
  };
  const wide = { ...ALL, scale: 4096 };
  const places: Place[] = Array.from({ length: 400 }, somewhere);
  const again = new Clusters();
  const slots400 = Int32Array.from({ length: 400 }, (_, slot) => slot);
  const slots300 = slots400.slice(0, 300);
  let { version } = again;
  for (let turn = 0; turn < 12; turn++) {
    const touched = new Set<number>();
    for (const [slot, place] of places.entries()) {
      const before = JSON.stringify(place);
      if (random() < 0.2) Object.assign(place, somewhere());
      if (random() < 0.1) place.state = states[Math.floor(random() * 2)] as number;
      if (random() < 0.05) place.isKept = random() < 0.5;
      if (JSON.stringify(place) !== before) touched.add(slot);
    }
    const window = turn < 8 ? wide : { ...wide, x: 0.4, width: 0.5 };
    const count = turn < 4 ? 400 : 300; // others are shown
    const slots = count === 400 ? slots400 : slots300;
    again.gather(
      Float64Array.from(places, ({ x }) => x),
      Float64Array.from(places, ({ y }) => y),
      slots,
      Uint8Array.from(places, ({ isKept }) => (isKept ? 1 : 0)),
      Uint8Array.from(places, ({ state }) => state ?? PARKED),
      window,
      CROWD,
      turn % 3 === 0 ? null : Int32Array.from(touched),
    );
    const fresh = gather(places.slice(0, count), window);
    assert.ok(fresh.count > 5);
    assert.ok(again.version > version);
    ({ version } = again);
    assert.deepEqual([...again.sizes], [...fresh.sizes]);
    assert.deepEqual([...again.states], [...fresh.states]);
    for (let slot = 0; slot < count; slot++) assert.equal(again.of(slot), fresh.of(slot));
    for (let n = 0; n < fresh.count; n++) {
      assert.ok(Math.abs((again.x[n] as number) - (fresh.x[n] as number)) < 1e-9);
      assert.ok(Math.abs((again.y[n] as number) - (fresh.y[n] as number)) < 1e-9);
    }
  }
});

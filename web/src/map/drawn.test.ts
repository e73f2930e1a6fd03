import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATE_COUNT } from '../store/state.ts';
import { Drawn } from './drawn.ts';
import { Instances, QUAD_FLOATS } from './instances.ts';

const WORLD_PX = 512;

/** Quads that go to these numbers of Mercator, as they stand in the buffer. */
function quadsAt(...places: number[]): Instances {
  const instances = new Instances();
  for (const [n, x] of places.entries()) {
    const high = Math.fround(x);
    instances.data.set([0, 0, 0, 0, high, 0.5, x - high, 0, 77 + n, 90, 3, 1], n * QUAD_FLOATS);
  }
  instances.count = places.length;
  return instances;
}

function discsOf(x: number, size: number) {
  const states = new Int32Array(STATE_COUNT);
  states[1] = size;
  return {
    count: 1,
    x: Float64Array.of(x),
    y: Float64Array.of(0.5),
    sizes: Int32Array.of(size),
    states,
  };
}

test('nothing was drawn at first', () => {
  assert.ok(!new Drawn().isLike(quadsAt(), null, 1, WORLD_PX));
});

test('a way of less than a quarter of a pixel is not seen, at any zoom but a closer one', () => {
  const drawn = new Drawn();
  const before = quadsAt(0.25, 0.3);
  drawn.take(before, null, 1);
  const after = quadsAt(0.25, 0.3 + 0.2 / WORLD_PX);
  assert.ok(drawn.isLike(after, null, 1, WORLD_PX));
  assert.ok(!drawn.isLike(after, null, 1, WORLD_PX * 2));
  before.data.fill(0); // the buffer is filled again
  assert.ok(drawn.isLike(after, null, 1, WORLD_PX));
  assert.ok(!drawn.isLike(quadsAt(0.25), null, 1, WORLD_PX));
  assert.ok(!drawn.isLike(after, null, 0.5, WORLD_PX));
});

test('another course, icon or shade is seen, when it began to move is not', () => {
  const drawn = new Drawn();
  drawn.take(quadsAt(0.25), null, 1);
  for (const [float, isSeen] of [
    [8, false],
    [9, true],
    [10, true],
    [11, true],
  ] as const) {
    const other = quadsAt(0.25);
    other.data[float] = 5;
    assert.equal(!drawn.isLike(other, null, 1, WORLD_PX), isSeen, `${float}`);
  }
});

test('small steps add up: they are held against what was drawn', () => {
  const drawn = new Drawn();
  drawn.take(quadsAt(), discsOf(0.5, 40), 1);
  const step = 0.1 / WORLD_PX;
  assert.ok(drawn.isLike(quadsAt(), discsOf(0.5 + step, 40), 1, WORLD_PX));
  assert.ok(drawn.isLike(quadsAt(), discsOf(0.5 + 2 * step, 40), 1, WORLD_PX));
  assert.ok(!drawn.isLike(quadsAt(), discsOf(0.5 + 3 * step, 40), 1, WORLD_PX));
});

test('a cluster of another number or other states is another one', () => {
  const drawn = new Drawn();
  drawn.take(quadsAt(), discsOf(0.5, 40), 1);
  assert.ok(!drawn.isLike(quadsAt(), discsOf(0.5, 41), 1, WORLD_PX));
  const other = discsOf(0.5, 40);
  other.states[1] = 39;
  other.states[2] = 1;
  assert.ok(!drawn.isLike(quadsAt(), other, 1, WORLD_PX));
  assert.ok(!drawn.isLike(quadsAt(), null, 1, WORLD_PX));
});

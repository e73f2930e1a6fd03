import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveWay } from './giving_way.ts';
import { radiusOf } from './radius.ts';

const SCALE = 1024;

function discsAt(places: [number, number][], size = 60) {
  return {
    count: places.length,
    x: Float64Array.from(places, ([x]) => x),
    y: Float64Array.from(places, ([, y]) => y),
    sizes: new Int32Array(places.length).fill(size),
  };
}

function move(discs: ReturnType<typeof discsAt>, places: [number, number][], kept = [1]) {
  const slots = Int32Array.from(places, (_, slot) => slot);
  const x = Float64Array.from(places, ([each]) => each);
  const y = Float64Array.from(places, ([, each]) => each);
  giveWay(discs, x, y, slots, Uint8Array.from(kept), SCALE);
  return places.map(([atX, atY]) => {
    const dx = (discs.x[0] as number) - atX;
    return Math.hypot(dx - Math.round(dx), (discs.y[0] as number) - atY) * SCALE;
  });
}

test('a disc leaves a vehicle that stands on it, and one that is gathered it does not', () => {
  const beside = radiusOf(60) + 6;
  const discs = discsAt([[0.5, 0.5]]);
  const [apart] = move(discs, [[0.5, 0.5]]);
  assert.ok(Math.abs((apart as number) - beside) < 1e-6, `${apart}`);
  assert.ok((discs.y[0] as number) < 0.5);
  assert.deepEqual([...move(discsAt([[0.5, 0.5]]), [[0.5, 0.5]], [0])], [0]);
});

test('it goes away from the vehicle, no further than it must, over the edge of the world too', () => {
  const beside = radiusOf(60) + 6;
  const discs = discsAt([[0.501, 0.5]]);
  move(discs, [[0.5, 0.5]]);
  assert.ok(Math.abs((discs.x[0] as number) - 0.5 - beside / SCALE) < 1e-9);
  assert.equal(discs.y[0], 0.5);
  const [acrossEdge] = move(discsAt([[0.999, 0.5]]), [[0.001, 0.5]]);
  assert.ok(Math.abs((acrossEdge as number) - beside) < 1e-6);
  const far = discsAt([[0.6, 0.5]]);
  move(far, [[0.5, 0.5]]);
  assert.equal(far.x[0], 0.6);
});

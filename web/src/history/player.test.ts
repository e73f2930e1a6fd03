import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance, inAll, rateBeside, timeAfter, timeBefore } from './player.ts';

const END_S = 100_000;

test('the clock loses nothing, whatever the frames are like', () => {
  let atS = 0;
  const frames = [16, 17, 400, 3, 1000, 16, 48];
  let passedMs = 0;
  for (let i = 0; i < 700; i++) {
    const ms = frames[i % frames.length] as number;
    passedMs += ms;
    atS = advance(atS, ms, 60, [], END_S).atS;
  }
  assert.ok(Math.abs(atS - Math.min(END_S, (passedMs / 1000) * 60)) < 1e-6);
});

test('stops take no time, even several within a frame', () => {
  const skips = [
    { fromS: 10, toS: 500 },
    { fromS: 505, toS: 900 },
  ];
  assert.deepEqual(advance(0, 1000, 5, skips, END_S), { atS: 5, isOver: false });
  assert.deepEqual(advance(0, 2000, 6, skips, END_S), { atS: 502, isOver: false });
  assert.deepEqual(advance(0, 1000, 20, skips, END_S), { atS: 905, isOver: false });
  assert.deepEqual(advance(200, 1000, 1, skips, END_S), { atS: 501, isOver: false });
  assert.deepEqual(advance(950, 1000, 1, skips, END_S), { atS: 951, isOver: false });
  assert.deepEqual(advance(0, 2000, 5, skips, END_S), { atS: 500, isOver: false });
});

test('it ends at the end', () => {
  assert.deepEqual(advance(90, 1000, 60, [], 100), { atS: 100, isOver: true });
  assert.deepEqual(advance(90, 1000, 5, [{ fromS: 92, toS: 100 }], 100), {
    ...{ atS: 100, isOver: true },
  });
});

test('rates and steps end at their ends', () => {
  assert.equal(rateBeside(20, 1), 60);
  assert.equal(rateBeside(300, 1), 300);
  assert.equal(rateBeside(1, -1), 1);
  const times = [10, 20, 30];
  assert.deepEqual(
    [0, 10, 15, 30].map((atS) => timeAfter(times, atS)),
    [10, 20, 20, 30],
  );
  assert.deepEqual(
    [0, 10, 15, 99].map((atS) => timeBefore(times, atS)),
    [0, 10, 10, 30],
  );
});

test('of several vehicles only what all of them stand is skipped', () => {
  const a = [
    { fromS: 0, toS: 10 },
    { fromS: 20, toS: 40 },
  ];
  const b = [{ fromS: 5, toS: 30 }];
  assert.deepEqual(inAll([a, b]), [
    { fromS: 5, toS: 10 },
    { fromS: 20, toS: 30 },
  ]);
  assert.deepEqual(inAll([a]), a);
  assert.deepEqual(inAll([a, []]), []);
  assert.deepEqual(inAll([]), []);
});

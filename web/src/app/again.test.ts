import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneAtATime } from './again.ts';

test('news while a read is under way are one more read, and none is lost', async () => {
  const ends: (() => void)[] = [];
  let begun: () => void = () => undefined;
  const next = () => new Promise<void>((done) => (begun = done));
  const read = oneAtATime(() => {
    begun();
    return new Promise((done) => ends.push(done));
  }, 0);
  let began = next();
  read();
  await began;
  read();
  read();
  assert.equal(ends.length, 1, 'one at a time');
  began = next();
  ends[0]?.();
  await began;
  assert.equal(ends.length, 2, 'both are one');
  ends[1]?.();
  // it rests, then: what comes now, or later, is read
  began = next();
  read();
  await began;
  assert.equal(ends.length, 3);
  ends[2]?.();
});

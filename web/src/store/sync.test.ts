import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packed } from './columns.ts';
import { Fleet } from './fleet.ts';
import { type FleetEvents, FleetSync } from './sync.ts';

function made() {
  const told: string[] = [];
  const events: FleetEvents = {
    heard: () => {},
    changed: () => told.push('changed'),
    loaded: () => told.push('loaded'),
    groups: (list) => told.push(`groups ${list.map(([, name]) => name)}`),
    focus: (list) => told.push(`focus ${list}`),
    zone: (zone) => told.push(zone),
    alarms: () => told.push('alarms'),
    fences: () => {},
    rights: (role) => told.push(`rights ${role}`),
    read: (cursor) => told.push(`read ${cursor}`),
  };
  const answers: { done: (value: unknown) => void; fail: () => void }[] = [];
  const fleet = new Fleet();
  const sync = new FleetSync(
    fleet,
    events,
    () => new Promise((done, fail) => answers.push({ done, fail: () => fail(new Error()) })),
  );
  const take = (name: string, id: string, data: object) =>
    sync.take({ name, id, data: JSON.stringify({ now: 1, ...data }) });
  return { told, answers, fleet, sync, take };
}

const settle = () => new Promise((done) => setImmediate(done));
const snapshot = (cursor: string, v: number) => ({
  cursor,
  now: 1,
  columns: { i: [1, 2], id: ['a', 'b'], v: [v, v] },
});

test('what comes while a snapshot is under way is applied where the snapshot lacks it', async () => {
  const { told, answers, fleet, sync, take } = made();
  take('hello', '', { zone: 'Asia/Shanghai', role: 'viewer', groups: [[1, 'North']], focus: [2] });
  take('d', 'B-5', { i: [1], v: [55] });
  take('meta', 'B-7', { gone: [2] });
  take('d', 'B-7', { i: [1], v: [77] });
  assert.equal(answers.length, 1, 'asked for once');
  assert.equal(fleet.size, 0);
  answers[0]?.done(snapshot('B-6', 66));
  await settle();
  assert.equal(fleet.numbers.v[0], 77);
  assert.equal(fleet.size, 1);
  assert.ok(told.includes('Asia/Shanghai') && told.includes('groups North'));
  assert.ok(told.includes('rights viewer'));
  assert.ok(told.includes('loaded') && told.includes('focus 2'));
  take('d', 'B-6', { i: [1], v: [1] });
  assert.equal(fleet.numbers.v[0], 77, 'older than the snapshot');
  const columns = packed({ i: [1], v: [88], a: [[2]] });
  sync.take({ name: 'd', id: 'B-8', data: '{"now":1}', columns });
  assert.equal(fleet.numbers.v[0], 88);
  assert.equal(fleet.alarms[0], 4);
  take('meta', '', { focus: [1] });
  assert.ok(told.includes('focus 1'));
  take('meta', 'B-9', { devices: { i: [3], id: ['c'] } });
  assert.equal(fleet.size, 2);
  take('a', 'B-9', { alarms: [] });
  assert.ok(told.includes('alarms'));
});

test('a reset asks anew, and what was asked for before is of no use', async () => {
  const { answers, fleet, sync, take } = made();
  sync.linkIsUp();
  take('reset', 'C-1', { cursor: 'C-1' });
  answers[0]?.done(snapshot('B-9', 9));
  await settle();
  assert.equal(fleet.size, 0);
  assert.equal(answers.length, 2);
  answers[1]?.done(snapshot('C-1', 1));
  await settle();
  assert.equal(fleet.numbers.v[0], 1);
  take('d', 'C-2', { i: [2], v: [2] });
  assert.equal(fleet.numbers.v[1], 2);
});

test('a snapshot that fails is asked for again; one that is stopped shows nothing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { answers, fleet, sync } = made();
  sync.linkIsUp();
  answers[0]?.fail();
  await settle();
  t.mock.timers.tick(2000);
  assert.equal(answers.length, 2);
  sync.stop();
  answers[1]?.done(snapshot('B-1', 1));
  await settle();
  assert.equal(fleet.size, 0);
  t.mock.timers.tick(10_000);
  assert.equal(answers.length, 2);
});

test('the first snapshot waits for no stream; the one after it, which failed, does', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { answers, fleet, sync, told, take } = made();
  sync.begin();
  answers[0]?.done(snapshot('B-6', 66));
  await settle();
  assert.equal(fleet.numbers.v[0], 66);
  assert.deepEqual(told, ['alarms', 'loaded', 'read B-6']);
  sync.linkIsUp();
  take('hello', '', {});
  take('d', 'B-7', { i: [1], v: [77] });
  assert.equal(fleet.numbers.v[0], 77);
  assert.equal(answers.length, 1);

  const other = made();
  other.sync.begin();
  other.answers[0]?.fail();
  await settle();
  assert.deepEqual(other.told, ['read ']);
  t.mock.timers.tick(10_000);
  assert.equal(other.answers.length, 1, 'what the stream would not tell must not be missed');
  other.sync.linkIsUp();
  assert.equal(other.answers.length, 2);
});

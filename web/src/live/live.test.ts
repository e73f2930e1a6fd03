import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitMs } from './backoff.ts';
import { ServerClock } from './clock.ts';
import { cursorOf, isKnown } from './cursor.ts';
import { EventReader } from './events.ts';
import { healthOf } from './health.ts';
import { Hello } from './hello.ts';
import { IdJoiner } from './ids.ts';

const STREAM =
  'event: hello\ndata: {"a":1}\n\n: {"now": 5}\n\nevent: d\r\nid: B-3\r\ndata: x\ndata: y\n\n';

test('events are read from pieces of any size', () => {
  const want = [
    { name: 'hello', id: '', data: '{"a":1}' },
    { name: '', id: '', data: '{"now": 5}' },
    { name: 'd', id: 'B-3', data: 'x\ny' },
  ];
  for (let size = 1; size <= STREAM.length; size++) {
    const reader = new EventReader();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) {
      events.push(...reader.push(STREAM.slice(at, at + size)));
    }
    assert.deepEqual(events, want, `pieces of ${size}`);
  }
});

test('an event without data is none, and without a name it is a message', () => {
  const reader = new EventReader();
  assert.deepEqual(reader.push('event: d\nid: 1\n\n\n'), []);
  assert.deepEqual(reader.push('data\n\n'), [{ name: 'message', id: '', data: '' }]);
});

test('events that were made together get the id of the last one', () => {
  const joiner = new IdJoiner();
  const event = (name: string, id: string, data = '{}') => ({ name, id, data });
  const ids = (events: { name: string; id: string }[]) => events.map((e) => `${e.name} ${e.id}`);
  assert.deepEqual(ids(joiner.join([event('hello', ''), event('meta', '')])), ['hello ']);
  assert.deepEqual(ids(joiner.join([event('', ''), event('meta', '', '{"focus":[1]}')])), [
    ' ',
    'meta ',
  ]);
  assert.deepEqual(ids(joiner.join([event('a', ''), event('d', 'B-4')])), [
    'meta B-4',
    'a B-4',
    'd B-4',
  ]);
});

test('cursors of another run are never known', () => {
  assert.deepEqual(cursorOf('ab-12'), { boot: 'ab', number: 12 });
  assert.equal(cursorOf('ab'), null);
  assert.equal(cursorOf('ab-x'), null);
  assert.ok(isKnown('ab-12', 'ab-12'));
  assert.ok(!isKnown('ab-13', 'ab-12'));
  assert.ok(!isKnown('ac-1', 'ab-12'));
  assert.ok(!isKnown('', 'ab-12'));
});

test('hello is kept as it would be said now', () => {
  const hello = new Hello();
  assert.equal(hello.text(), null);
  hello.take('meta', '{"focus":[1]}');
  assert.equal(hello.text(), null);
  hello.take('hello', '{"zone":"UTC","focus":[],"groups":[]}');
  hello.take('meta', '{"focus":[4],"gone":[3]}');
  hello.take('d', '{"groups":[[1,"x"]]}');
  assert.deepEqual(JSON.parse(hello.text() ?? ''), { zone: 'UTC', focus: [4], groups: [] });
});

test('a server that is back is seen within five seconds, for some minutes', () => {
  let sum = 0;
  for (let tries = 0; tries < 60; tries++) {
    assert.ok(waitMs(tries, 0) <= 4000);
    assert.ok(waitMs(tries, 0.999) >= waitMs(tries, 0) * 0.75);
    sum += waitMs(tries, 0.999);
  }
  assert.ok(sum > 120_000);
  assert.equal(waitMs(60, 0), 15_000);
});

test('a quiet server is live; silence is said after 25 s, and old after two minutes', () => {
  assert.equal(healthOf(null, 0), 'starting');
  assert.equal(healthOf(null, 8), 'lost');
  assert.equal(healthOf(14, null), 'live');
  assert.equal(healthOf(14, 1), 'catching');
  assert.equal(healthOf(3, 6), 'lost');
  assert.equal(healthOf(25, null), 'lost');
  assert.equal(healthOf(120, null), 'old');
});

test('the time is that of the server, and goes on by itself', () => {
  const clock = new ServerClock();
  assert.equal(clock.now(0, 9_000), 9);
  assert.equal(clock.silenceS(0), null);
  clock.hear(1000, 500);
  assert.equal(clock.now(2600, 9_000), 1002);
  assert.equal(clock.silenceS(2500), 2);
  clock.hear('nonsense', 3500);
  assert.equal(clock.silenceS(3500), 0);
});

test('a server that is silent does not let the time of its devices run on', () => {
  const clock = new ServerClock();
  assert.equal(clock.toldNow(0, 9_000), 9);
  clock.hear(1000, 0);
  assert.equal(clock.toldNow(20_000, 0), 1020);
  assert.equal(clock.toldNow(25_000, 0), 1025);
  assert.equal(clock.toldNow(600_000, 0), 1025);
  clock.hear(1700, 700_000);
  assert.equal(clock.toldNow(700_000, 0), 1700);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Calls } from '../../tests/lib/window.ts';
import { connectLive } from './connect.ts';

const calls = new Calls();
const WATCH = { token: 'T', fields: {} };

function putWorker(made: unknown): void {
  Object.assign(globalThis, { SharedWorker: made });
}

test('where a browser forbids shared workers the page has its own stream', async () => {
  putWorker(
    class {
      constructor() {
        throw new DOMException('denied', 'SecurityError');
      }
    },
  );
  const live = connectLive(WATCH, () => undefined);
  live.tellRead('B-5');
  const opened = await calls.next('live');
  live.close();
  await opened.lose();
});

test('a worker that fails once nobody listens begins no stream', async () => {
  let fail: (() => void) | null = null;
  class Failing {
    port = { onmessage: null, postMessage() {}, close() {} };
    set onerror(act: (() => void) | null) {
      fail = act;
    }
  }
  putWorker(Failing);
  const live = connectLive(WATCH, () => assert.fail('nobody listens'));
  live.tellRead('B-5');
  const act = fail as (() => void) | null;
  assert.ok(act);
  live.close();
  assert.equal(fail, null);
  const before = await calls.count('live');
  await sleep(20);
  assert.equal(await calls.count('live'), before);
});

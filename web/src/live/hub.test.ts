import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { LiveHub } from './hub.ts';
import type { FromPage, Port, ToPage } from './messages.ts';
import { readStream, SILENCE_MS } from './stream.ts';

/** A hub whose server is `answer`, and what it was asked. */
async function made(
  t: TestContext,
  answer: (asked: Record<string, string>, out: ServerResponse) => void,
) {
  const asked: Record<string, string>[] = [];
  const server = createServer((request: IncomingMessage, out) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const fields = JSON.parse(body);
      asked.push(fields);
      answer(fields, out);
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ownFetch = globalThis.fetch;
  globalThis.fetch = (path, options) => ownFetch(`${url}${path}`, options);
  const hub = new LiveHub({ token: 'T', fields: { cols: 'i' } });
  t.after(() => {
    globalThis.fetch = ownFetch;
    server.closeAllConnections();
    server.close();
    hub.close();
  });
  return { hub, asked };
}

function page(hub: LiveHub, isReading = false) {
  const heard: ToPage[] = [];
  let told: (() => void) | null = null;
  const port: Port<FromPage, ToPage> = {
    onmessage: null,
    postMessage(message) {
      heard.push(message);
      told?.();
    },
  };
  const until = async (isIt: () => boolean) => {
    while (!isIt()) {
      await new Promise<void>((done) => {
        told = done;
      });
    }
  };
  const events = () =>
    heard.flatMap((m) => (m.kind === 'event' ? [`${m.name} ${m.id} ${m.data}`] : []));
  const columns = () => heard.flatMap((m) => (m.kind === 'event' && m.columns ? [m.columns] : []));
  const links = () => heard.flatMap((m) => (m.kind === 'link' ? [m.state] : []));
  const watch = { token: 'T', fields: {} };
  hub.hear(port, { kind: 'join', watch, isVisible: true, isReading });
  const read = (cursor: string) => hub.hear(port, { kind: 'read', cursor });
  return { events, columns, links, until, port, read };
}

function stream(out: ServerResponse): void {
  out.writeHead(200, { 'Content-Type': 'text/event-stream' });
}

test('one stream serves all pages, and goes on from its last id', async (t) => {
  const streams: ServerResponse[] = [];
  const { hub, asked } = await made(t, (_, out) => {
    stream(out);
    out.write('event: hello\ndata: {"groups":[]}\n\n');
    streams.push(out);
  });
  const first = page(hub);
  await first.until(() => first.events().length === 1);
  const second = page(hub);
  assert.deepEqual(second.events(), ['hello  {"groups":[]}'], 'what was said before it came');
  streams[0]?.write('event: d\nid: B-7\ndata: {}\n\n');
  await second.until(() => second.events().length === 2);
  assert.equal(first.events()[1], 'd B-7 {}');
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.['after'], undefined);
  streams[0]?.destroy();
  await first.until(() => first.links().at(-1) === 'lost');
  await first.until(() => first.links().at(-1) === 'open');
  assert.equal(asked[1]?.['after'], 'B-7');
  hub.hear(first.port, { kind: 'leave' });
  streams[1]?.write('event: d\nid: B-8\ndata: {}\n\n');
  await second.until(() => second.events().at(-1) === 'd B-8 {}');
  assert.ok(!first.events().includes('d B-8 {}'));
  hub.hear(first.port, { kind: 'here', isVisible: true });
  assert.deepEqual(first.events().slice(-2), ['hello B-8 {"groups":[]}', 'reset  {}']);
});

test('a stream that breaks before it had an id has all read anew', async (t) => {
  const streams: ServerResponse[] = [];
  const { hub } = await made(t, (_, out) => {
    stream(out);
    out.write('event: hello\ndata: {}\n\n');
    streams.push(out);
  });
  const one = page(hub);
  await one.until(() => one.events().length === 1);
  streams[0]?.destroy();
  await one.until(() => one.links().at(-1) === 'lost');
  await one.until(() => one.events().length === 3);
  assert.deepEqual(one.events(), ['hello  {}', 'reset  {}', 'hello  {}']);
  streams[1]?.write('event: d\nid: B-7\ndata: {}\n\n');
  await one.until(() => one.events().at(-1) === 'd B-7 {}');
  streams[1]?.destroy();
  await one.until(() => one.events().filter((text) => text.startsWith('hello')).length === 3);
  assert.equal(one.events().filter((text) => text.startsWith('reset')).length, 1);
});

test('the first stream begins behind the first snapshot, and waits for it', async (t) => {
  const streams: ServerResponse[] = [];
  const { hub, asked } = await made(t, (_, out) => {
    stream(out);
    out.write('event: hello\ndata: {}\n\n');
    streams.push(out);
  });
  const first = page(hub, true);
  const second = page(hub, true);
  assert.equal(asked.length, 0);
  first.read('B-5');
  await second.until(() => second.events().length === 1);
  assert.equal(asked[0]?.['after'], 'B-5');
  streams[0]?.write('event: d\nid: B-8\ndata: {}\n\n');
  await second.until(() => second.events().length === 2);
  second.read('B-6');
  const late = page(hub, true);
  late.read('B-7');
  const later = page(hub, true);
  later.read('B-8');
  const other = page(hub, true);
  other.read('');
  assert.deepEqual(first.events(), ['hello  {}', 'd B-8 {}']);
  assert.deepEqual(second.events(), ['hello  {}', 'd B-8 {}'], 'it heard all since before that');
  assert.deepEqual(late.events(), ['hello B-8 {}', 'reset  {}'], 'B-8 is in none of what it has');
  assert.deepEqual(later.events(), ['hello B-8 {}']);
  assert.deepEqual(other.events(), ['hello B-8 {}']);
  assert.equal(asked.length, 1);
});

test('a snapshot older than the first stream is read anew once that stands', async (t) => {
  const { hub, asked } = await made(t, (_, out) => {
    stream(out);
    out.write('event: hello\ndata: {}\n\n');
  });
  const failed = page(hub, true);
  const other = page(hub, true);
  failed.read('');
  other.read('B-5');
  assert.deepEqual(other.events(), []);
  await other.until(() => other.events().length === 2);
  assert.deepEqual(other.links(), ['connecting', 'open']);
  assert.deepEqual(other.events(), ['reset  {}', 'hello  {}']);
  assert.deepEqual(failed.events(), ['hello  {}']);
  assert.equal(asked[0]?.['after'], undefined);
});

test('what changed comes to pages as columns of numbers', async (t) => {
  const { hub } = await made(t, (_, out) => {
    stream(out);
    const data = { now: 5, i: [1, 2], v: [70, null], a: [[3], []], id: ['x', 'y'], s: [1] };
    out.write(`event: d\nid: B-1\ndata: ${JSON.stringify({ ...data, s: [3, 1] })}\n\n`);
    out.write(`event: d\nid: B-2\ndata: ${JSON.stringify(data)}\n\n`);
  });
  const one = page(hub);
  await one.until(() => one.events().length === 2);
  assert.deepEqual(one.events(), ['d B-1 {"now":5}', 'd B-2 {"now":5}']);
  const [even, uneven] = one.columns();
  assert.deepEqual(even, {
    i: Float64Array.of(1, 2),
    v: Float64Array.of(70, Number.NaN),
    s: Float64Array.of(3, 1),
    a: Uint32Array.of(8, 0),
    id: ['x', 'y'],
  });
  assert.equal(uneven?.['i']?.length, 0); // columns of different lengths are none
});

test('a token that ended is said, and is not asked with again', async (t) => {
  const { hub, asked } = await made(t, (_, out) => {
    out.writeHead(200, { 'Content-Type': 'application/json' });
    out.end('{"Code":401,"Data":null,"ErrMsg":"Token invalid"}');
  });
  const one = page(hub);
  await one.until(() => one.links().at(-1) === 'denied');
  hub.hear(one.port, { kind: 'here', isVisible: true });
  assert.equal(asked.length, 1);
});

test('a server that says no once is asked again', async (t) => {
  let times = 0;
  const { hub } = await made(t, (_, out) => {
    times++;
    if (times === 1) {
      out.writeHead(503).end('{}');
      return;
    }
    stream(out);
    out.write(': {"now": 1}\n\n');
  });
  const one = page(hub);
  await one.until(() => one.links().at(-1) === 'open');
  assert.equal(times, 2);
  assert.deepEqual(one.events(), ['  {"now": 1}']);
});

test('a stream that is silent for longer than its heartbeat is given up', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ownFetch = globalThis.fetch;
  t.after(() => {
    globalThis.fetch = ownFetch;
  });
  globalThis.fetch = async (_, options) => {
    const body = new ReadableStream({
      start: (out) => options?.signal?.addEventListener('abort', () => out.error(new Error('cut'))),
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
  const end = new AbortController();
  const read = readStream({ token: 'T', fields: {} }, '', () => {}, end.signal);
  const isOver = assert.rejects(read);
  await new Promise((done) => setImmediate(done));
  t.mock.timers.tick(SILENCE_MS);
  await isOver;
});

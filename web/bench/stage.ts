/**
 * What benchmarks of the pages need: Chromium with a page of the server that bench/run started, and
 * how much script a thing costs, as the thread time of a trace. Each benchmark is a file beside
 * this one, which run.ts calls; bench/lib/pages.py has the server, and its fleet.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from '../tests/lib/browser.ts';

/** As bench/lib/pages.py says it: the server, who is logged in, and what drives its devices. */
export interface Setting {
  http: string;
  device: string;
  token: string;
  program: string;
  firstId: string;
  devices: number;
}

export interface Figure {
  value: number;
  unit: string;
  floor: number;
}

export interface Stage {
  setting: Setting;
  browser: Browser;
  page: Page;
  devtools: CDPSession;
}

/** What a benchmark is. */
export type Benchmark = (stage: Stage) => Promise<Figure>;

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

const PATIENCE_MS = 300_000;
const CATEGORIES = ['devtools.timeline', 'v8.execute', 'v8', 'blink.user_timing', '__metadata'];
/** Events of a trace within which scripts run; one inside another counts once. */
const SCRIPTS = new Set([
  'EvaluateScript',
  'EventDispatch',
  'FireAnimationFrame',
  'FireIdleCallback',
  'FunctionCall',
  'RunMicrotasks',
  'TimerFire',
  'v8.callFunction',
  'v8.run',
]);

export async function openStage(setting: Setting): Promise<Stage> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM_PATH,
    timeout: PATIENCE_MS,
    args: [...CHROMIUM_ARGS, '--enable-precise-memory-info'],
  });
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1440, height: 900 },
    baseURL: `http://${setting.http}`,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  return { setting, browser, page, devtools };
}

/** Opens a page of section 42; `query` begins with "fun=". */
export async function open({ setting, page }: Stage, query: string): Promise<void> {
  await page.goto(`/api?key=${setting.token}&${query}`);
}

/**
 * Thread time that scripts of the page's main thread took while `act` ran, in milliseconds. `act`
 * ends when what it caused is done.
 */
export async function scriptMs({ browser, page }: Stage, act: () => Promise<void>) {
  await browser.startTracing(page, { categories: CATEGORIES });
  await act();
  const trace = await browser.stopTracing();
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  return threadMs(traceEvents);
}

/** The main thread is that of the process whose scripts took longest: the others are of helpers. */
function threadMs(events: TraceEvent[]): number {
  const mains = events.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  return Math.max(
    0,
    ...mains.map(({ pid, tid }) =>
      outermostMs(events.filter((e) => e.pid === pid && e.tid === tid)),
    ),
  );
}

function outermostMs(events: TraceEvent[]): number {
  const scripts = events
    .filter(({ name, ph }) => ph === 'X' && SCRIPTS.has(name))
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  let endUs = -1;
  let sumUs = 0;
  for (const { ts, dur = 0, tdur } of scripts) {
    if (ts < endUs) continue;
    if (tdur === undefined) throw new Error('the trace has no thread times');
    endUs = ts + dur;
    sumUs += tdur;
  }
  return sumUs / 1000;
}

/** Waits for so many frames of the screen: what was asked for by then is drawn. */
export async function frames({ page }: Stage, count = 2): Promise<void> {
  for (let n = 0; n < count; n++) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
}

/** Bytes of the page's heap, without what nobody holds any more. */
export async function heapBytes({ devtools }: Stage): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize;
}

/** Bytes that came over the network for each path while `act` ran, as they were sent. */
export async function bytesLoaded({ devtools }: Stage, act: () => Promise<void>) {
  const paths = new Map<string, string>();
  const bytes = new Map<string, number>();
  const onAsked = (event: { requestId: string; request: { url: string } }) =>
    paths.set(event.requestId, new URL(event.request.url).pathname);
  const onDone = (event: { requestId: string; encodedDataLength: number }) => {
    const path = paths.get(event.requestId) ?? '';
    bytes.set(path, (bytes.get(path) ?? 0) + event.encodedDataLength);
  };
  await devtools.send('Network.enable');
  devtools.on('Network.requestWillBeSent', onAsked);
  devtools.on('Network.loadingFinished', onDone);
  await act();
  devtools.off('Network.requestWillBeSent', onAsked);
  devtools.off('Network.loadingFinished', onDone);
  return bytes;
}

/** Has the first `devices` report once more, a fix each, and waits until all are stored. */
export async function report({ setting }: Stage, devices: number, options: string[] = []) {
  await promisify(execFile)(setting.program, [
    ...['simulate', '--address', setting.device, '--quiet', '--udp', '--fixes', '1'],
    ...['--first-id', setting.firstId, '--devices', String(devices), ...options],
  ]);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

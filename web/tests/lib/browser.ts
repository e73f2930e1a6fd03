/**
 * Debian's Chromium. One runs in each process of the tests; each page has a context of its own, and
 * what no page may do is noted: errors on the console, which a breach of the policy is too, and
 * requests that leave the server.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Request,
} from 'playwright-core';
import type { Server } from './server.ts';

export const PATIENCE_MS = 60_000; // with a machine that is busy with something else
export const CHROMIUM_PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** It draws without a GPU. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** The card that is made of the processor draws maps alone: pages would take as long again. */
const PAGES_WITHOUT_GPU = '--disable-gpu-compositing';

let browser: Promise<Browser> | null = null;

function launch(): Promise<Browser> {
  browser ??= chromium.launch({
    executablePath: CHROMIUM_PATH,
    timeout: PATIENCE_MS,
    args: [...CHROMIUM_ARGS, PAGES_WITHOUT_GPU],
  });
  return browser;
}

/** Once all tests of the process are over. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = null;
}

export interface Visit {
  page: Page;
  /** What went wrong so far; a test that provokes an error takes it out. */
  faults: string[];
  /** Calls under way, but for the live stream, which never ends. */
  asked: Set<Request>;
}

export interface VisitOptions extends BrowserContextOptions {
  /** Epoch seconds that the browser's clock shows; it goes on from there. */
  clockS?: number;
}

function watch({ page, faults, asked }: Visit, server: Server): void {
  page.on('console', (line) => {
    if (line.type() === 'error') faults.push(`console: ${line.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    const isOwn = url.startsWith(`${server.url}/`) || /^(data|blob):/.test(url);
    if (!isOwn) faults.push(`request: ${url}`);
    const isCall = request.resourceType() === 'fetch';
    if (isCall && !url.startsWith(`${server.url}/api/live`)) asked.add(request);
  });
  page.on('requestfinished', (request) => asked.delete(request));
  page.on('requestfailed', (request) => asked.delete(request));
}

/** A page in a context of its own, which ends with the test; nothing is loaded yet. */
export async function visit(
  test: TestContext,
  server: Server,
  options: VisitOptions = {},
): Promise<Visit> {
  const { clockS, ...rest } = options;
  const context = await (await launch()).newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1440, height: 900 },
    baseURL: server.url,
    serviceWorkers: 'block', // which the one test of it lets in
    ...rest,
  });
  test.after(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  if (clockS !== undefined) await context.clock.install({ time: clockS * 1000 });
  const page = await context.newPage();
  const seen: Visit = { page, faults: [], asked: new Set() };
  watch(seen, server);
  return seen;
}

const FRAMES_OF_REST = 6;

/** Waits until nothing is under way, nor begun by what came last. */
export async function settled({ page, asked }: Visit): Promise<void> {
  const endMs = Date.now() + PATIENCE_MS;
  for (let rest = 0; rest < FRAMES_OF_REST; rest = asked.size === 0 ? rest + 1 : 0) {
    const urls = [...asked].map((request) => request.url());
    assert.ok(Date.now() < endMs, `never at rest: ${urls.join(' ')}`);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
}

export function assertClean({ faults }: Visit): void {
  assert.deepEqual(faults, []);
}

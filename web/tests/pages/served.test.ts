/** How the pages are served: what a browser makes of their headers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { Fleet } from '../lib/fleet.ts';
import { serve } from '../lib/server.ts';

after(closeBrowser);

const FIRST_LOAD_MAX = 400_000; // bytes, squeezed, without the map's worker

test('the shell and its files keep to the policy, and never leave the server', async (t) => {
  const server = await serve(t);
  const seen = await visit(t, server);
  const sizes: Promise<number>[] = [];
  seen.page.on('requestfinished', (request) => {
    if (request.url().includes('worker')) return;
    sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  const answer = await seen.page.goto('/');
  await seen.page.getByLabel('Name').waitFor();
  await settled(seen);
  const bytes = (await Promise.all(sizes)).reduce((sum, each) => sum + each, 0);
  assert.equal(answer?.status(), 200);
  assert.equal(await seen.page.locator('body').getAttribute('data-page'), 'login');
  const port = new URL(server.deviceUrl).port;
  assert.equal(await seen.page.locator('body').getAttribute('data-device-port'), port);
  assert.ok(bytes > 0 && bytes <= FIRST_LOAD_MAX, `${bytes} bytes`);
  assertClean(seen);
});

/** A page of somebody else's, with another one in a frame; answers its address. */
async function portal(t: TestContext, shown: () => string): Promise<string> {
  const other = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<iframe src="${shown()}"></iframe>`);
  });
  t.after(() => other.close());
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
}

test('a key opens the page that fun names, in a frame of a named origin alone', async (t) => {
  let shown = '';
  const named = await portal(t, () => shown);
  const other = await portal(t, () => shown);
  const server = await serve(t, { config: `[api]\nframe_ancestors = ${named}\n` });
  const fleet = await Fleet.make(server);
  const { page } = await visit(t, server);
  const pageInFrame = async (origin: string, path: string) => {
    shown = `${server.url}${path}`;
    await page.goto(origin, { waitUntil: 'load' });
    const frame = page.frames()[1];
    assert.ok(frame);
    await frame.waitForLoadState();
    return frame.evaluate(() => document.body.dataset['page']);
  };
  const framed = `/api?fun=1&key=${fleet.admin.token}`;
  assert.equal(await pageInFrame(named, framed), 'online');
  await page.frames()[1]?.locator('main.page').waitFor();
  assert.equal(await page.frames()[1]?.locator('body').getAttribute('data-page'), 'online');
  assert.equal(await pageInFrame(named, '/'), undefined);
  assert.equal(await pageInFrame(other, framed), undefined);
});

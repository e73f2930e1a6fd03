/** What a page asks for before its code is there, and that nothing is asked for twice. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, settled, type Visit, visit } from '../lib/browser.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { rowOf } from '../lib/pages.ts';
import { serve } from '../lib/server.ts';

after(closeBrowser);

const FIRST = ['user/Resume', 'manage/GetMe', 'snapshot'];

/** The calls of FIRST, and the files, in the order in which `page` asks for them from here on. */
function listen(page: Page): { calls: string[]; files: string[] } {
  const heard = { calls: [] as string[], files: [] as string[] };
  page.on('request', (asked) => {
    const path = new URL(asked.url()).pathname;
    const call = FIRST.find((name) => path === `/api/${name}`);
    if (call) heard.calls.push(call);
    if (path.startsWith('/assets/')) heard.files.push(path);
  });
  return heard;
}

async function withFleet(t: Parameters<typeof serve>[0]): Promise<{ fleet: Fleet; seen: Visit }> {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  await fleet.add('864000000000001', 'Alpha');
  await fleet.add('864000000000002', 'Bravo');
  return { fleet, seen: await visit(t, server) };
}

test('each call of the first page is made once, whichever way one comes', async (t) => {
  const { fleet, seen } = await withFleet(t);
  const { page } = seen;
  const heard = listen(page);
  const come = async (how: () => Promise<unknown>) => {
    heard.calls = [];
    await how();
    await rowOf(page, 'Alpha').waitFor();
    await settled(seen);
    return heard.calls;
  };
  const key = fleet.admin.token;
  const once = ['manage/GetMe', 'snapshot'];
  assert.deepEqual(await come(() => page.goto(`/api?key=${key}&fun=1`)), once);
  assert.deepEqual(await come(() => page.reload()), once, 'by what the tab keeps');
  assert.deepEqual(await come(() => page.goto(`/api?key=${key}&fun=1&ids=864000000000001`)), once);
  assert.equal(await rowOf(page, 'Bravo').count(), 0, 'the page is narrowed');
  await page.goto('/?fun=1');
  await page.getByLabel('Name').fill(fleet.loginName);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await come(() => page.getByRole('button', { name: 'Log in' }).click());
  assert.deepEqual(await come(() => page.reload()), FIRST, 'by the cookie');
  assertClean(seen);
});

test('calls are under way, and the files of the map, before the application is there', async (t) => {
  const { fleet, seen } = await withFleet(t);
  const { page } = seen;
  const heard = listen(page);
  let begin = () => {};
  const isWanted = new Promise<void>((done) => {
    begin = done;
  });
  await page.route('**/assets/index-*.js', async (route) => {
    await isWanted;
    await route.continue();
  });
  const answered = page.waitForResponse('**/api/snapshot');
  await page.goto(`/api?key=${fleet.admin.token}&fun=2`, { waitUntil: 'commit' });
  await answered;
  assert.deepEqual(heard.calls, ['manage/GetMe', 'snapshot']);
  for (const part of [/engine-.*\.js$/, /engine-.*\.css$/, /maplibre-gl-worker-.*\.js$/]) {
    assert.ok(
      heard.files.some((file) => part.test(file)),
      `${part} in ${heard.files}`,
    );
  }
  begin();
  await rowOf(page, 'Alpha').waitFor();
  await page.locator('.map[data-base="there"][data-idle="true"]').waitFor();
  await settled(seen);
  assert.deepEqual(heard.calls, ['manage/GetMe', 'snapshot']);
  assertClean(seen);
});

test('a page that shows no map does not load it', async (t) => {
  const { fleet, seen } = await withFleet(t);
  const { page } = seen;
  const heard = listen(page);
  await page.goto(`/api?key=${fleet.admin.token}&fun=1`);
  await rowOf(page, 'Alpha').waitFor();
  assert.deepEqual(heard.calls, ['manage/GetMe', 'snapshot']);
  await page.goto('/docs');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled(seen);
  assert.deepEqual(
    heard.files.filter((file) => /engine|maplibre/.test(file)),
    [],
  );
});

/** The wall: what it shows without a hand, through alarms and a server that goes and comes back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, visit } from '../lib/browser.ts';
import { mapRests } from '../lib/map.ts';
import { eventually } from '../lib/pages.ts';
import { CLOCK_S, picture } from '../lib/pictures.ts';
import { makeScene } from '../lib/scene.ts';
import { Server } from '../lib/server.ts';

after(closeBrowser);

const server = new Server({ clockS: CLOCK_S });
await server.start();
after(() => server.close());
const scene = await makeScene(server);
server.setClock(CLOCK_S + 120); // its alarms are of before
const HD = { viewport: { width: 1920, height: 1080 }, reducedMotion: 'reduce' as const };

async function openWall(page: Page, query = ''): Promise<void> {
  await page.goto(`/api?key=${scene.fleet.admin.token}&kiosk=1${query}`);
  await page.locator('.wall-alarm').first().waitFor();
  await mapRests(page);
}

const numberOf = (page: Page, state: string) =>
  page.locator(`.wall-number.${state} b`).textContent();
test('five numbers, the map and the newest alarms; a new one is gone to, and back', async (t) => {
  const seen = await visit(t, server, { ...HD, clockS: server.nowS() });
  const { page } = seen;
  await openWall(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark');
  assert.equal(await page.locator('.wall-alarm.fresh').count(), 0);
  assert.equal(await page.locator('.wall-number').count(), 5);
  assert.ok(Number(await numberOf(page, 'moving')) > 0);
  await picture(page, 'wall-dark-en-hd');
  assert.deepEqual(await findBarriers(page), []);
  await scene.fleet.report(scene.ids.get('B-HF 101') as string, { alarm: 'sos' });
  const row = page.locator('.wall-alarm').filter({ hasText: 'B-HF 101' });
  await row.waitFor();
  const isNew = /fresh/.test((await row.getAttribute('class')) ?? '');
  const age = (await row.locator('.wall-age').textContent()) ?? '';
  assert.ok(isNew || !/^\d+ s$/.test(age), age);
  await page.clock.fastForward(20_000);
  await page.locator('.wall-alarm[aria-current]').filter({ hasText: 'B-HF 101' }).waitFor();
  await mapRests(page);
  await picture(page, 'wall-alarm-dark-en-hd');
  await page.clock.fastForward(10_000);
  await eventually(page, async () => {
    assert.equal(await page.locator('.wall-alarm[aria-current]').count(), 0);
  });
  await page.keyboard.press('g');
  await page.keyboard.press('o'); // no key leads to another page
  assert.ok(await page.locator('.wall').isVisible());
  await page.keyboard.press('Escape');
  await page.locator('.shell').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('kiosk'), null);
  assertClean(seen);
});

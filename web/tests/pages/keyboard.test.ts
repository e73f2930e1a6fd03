/** The pages without a pointer: a vehicle is found, opened, followed, replayed and saved by keys. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { DAY_CLOCK_S, driveDay } from '../lib/day.ts';
import { Fleet } from '../lib/fleet.ts';
import { openMap } from '../lib/map.ts';
import { eventually } from '../lib/pages.ts';
import { Server } from '../lib/server.ts';
import type { Tracker } from '../lib/tracker.ts';

const TRUCK = '013900000001';
const server = new Server({ clockS: DAY_CLOCK_S });
let fleet: Fleet;
let truck: Tracker;

after(closeBrowser);
after(() => truck.end());
after(() => server.close());

before(async () => {
  await server.start();
  fleet = await Fleet.make(server);
  await fleet.add(TRUCK, 'HH-DO 80');
  truck = await driveDay(server, TRUCK);
});

const focused = (page: Page) =>
  page.evaluate(() => {
    const on = document.activeElement;
    return on?.getAttribute('aria-label') ?? on?.textContent ?? '';
  });

/** Goes on by Tab until what has this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 120; step++) {
    await page.keyboard.press('Tab');
    if ((await focused(page)) === name) return;
  }
  assert.fail(`no Tab leads to ${name}`);
}

// geofences, commands and a group by keys stand in fences, drawer and settings.test.ts
test('find, open, follow, history, play, export: by keys alone', async (t) => {
  const seen = await visit(t, server, {
    clockS: server.nowS(),
    acceptDownloads: true,
    reducedMotion: 'reduce',
  });
  const { page } = seen;
  await openMap(page, fleet.admin);
  await page.keyboard.press('/');
  await page.keyboard.type('do 80');
  await page.getByRole('option', { name: 'HH-DO 80' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.drawer').getByRole('heading', { name: 'HH-DO 80' }).waitFor();
  await page.keyboard.press('Escape'); // leaves the search
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('f');
  await page.getByText('Following 1 vehicle').waitFor();
  await page.keyboard.press('h');
  await page.locator('main.history[data-fixes]:not([data-fixes="0"])').waitFor();
  await settled(seen);
  const time = page.locator('.readout-time');
  const began = await time.textContent();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await eventually(page, async () => assert.notEqual(await time.textContent(), began));
  await page.keyboard.press('Space');
  await tabTo(page, 'Export');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'CSV' }).waitFor();
  await tabTo(page, 'CSV');
  const saved = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  assert.ok(readFileSync(await (await saved).path(), 'utf8').includes(TRUCK));
  assertClean(seen);
});

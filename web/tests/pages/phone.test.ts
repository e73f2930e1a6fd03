/** Phones: sheets in three stops, small screens, targets for fingers, and pages without a server. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, settled, type Visit, visit } from '../lib/browser.ts';
import { ask } from '../lib/http.ts';
import { mapRests, openMap } from '../lib/map.ts';
import { eventually } from '../lib/pages.ts';
import { CLOCK_S, picture } from '../lib/pictures.ts';
import { makeScene } from '../lib/scene.ts';
import { Server } from '../lib/server.ts';

after(closeBrowser);

const server = new Server({ clockS: CLOCK_S });
await server.start();
after(() => server.close());
const scene = await makeScene(server);
const SMALL = { width: 320, height: 640 };
const PHONE = { width: 390, height: 844 };
const STILL = { reducedMotion: 'reduce' as const };

async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).boundingBox();
  assert.ok(box, selector);
  return box;
}

/** Pixels of the map that no sheet covers. */
async function freeHeight(page: Page): Promise<number> {
  const map = await boxOf(page, '.map-stage');
  const sheet = await boxOf(page, '.beside-map');
  return sheet.y - map.y;
}

async function check(seen: Visit, name: string): Promise<void> {
  await mapRests(seen.page);
  await settled(seen);
  await picture(seen.page, name);
  assert.deepEqual(await findBarriers(seen.page), []);
  assertClean(seen);
}

/** What can be pressed and is smaller than a finger. */
const smallTargets = (page: Page) =>
  page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        '.tabs-bar button, .drawer button, .map-tools button',
      ),
    ]
      .filter((each) => each.offsetParent !== null && !each.closest('.tabs'))
      .filter((each) => Math.min(each.offsetWidth, each.offsetHeight) < 44)
      .filter((each) => !each.classList.contains('sheet-grip')) // its touch area is a part of it
      .map((each) => each.getAttribute('aria-label') ?? each.textContent),
  );

test('a sheet is dragged and pressed between its stops, and leaves room on a small screen', async (t) => {
  const seen = await visit(t, server, { ...STILL, viewport: SMALL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, scene.fleet.admin, '5.40/51.200/10.500');
  await check(seen, 'phone-map-small');
  assert.ok((await freeHeight(page)) > 120);
  const drag = async (toY: number) => {
    const grip = await boxOf(page, '.beside-map .sheet-grip');
    await page.mouse.move(grip.x + 36, grip.y + 8);
    await page.mouse.down();
    await page.mouse.move(grip.x + 36, (grip.y + toY) / 2);
    await page.mouse.move(grip.x + 36, toY);
    await page.mouse.up();
  };
  await drag(620);
  await page.locator('.beside-map.peek').waitFor();
  assert.equal((await boxOf(page, '.beside-map')).height, 96);
  const grip = page.getByRole('button', { name: 'More of the list' });
  await grip.press('Enter');
  await page.locator('.beside-map.half').waitFor();
  await drag(60);
  await page.locator('.beside-map.full').waitFor();
  await page.getByRole('button', { name: 'Less of the list' }).click();
  await page.locator('.beside-map.peek').waitFor();
  await page.goto(`/api?fun=3&key=${scene.fleet.admin.token}&sel=${scene.ids.get('B-HF 101')}`);
  await page.locator('.entry').first().waitFor();
  await check(seen, 'phone-history-small');
  assert.ok((await freeHeight(page)) > 120, `${await freeHeight(page)}`);
});

test('the drawer is a sheet with targets for fingers; who never reported is not followed', async (t) => {
  const seen = await visit(t, server, { ...STILL, viewport: PHONE, clockS: server.nowS() });
  const { page } = seen;
  const sel = (plate: string) => `&sel=${scene.ids.get(plate)}`;
  await openMap(page, scene.fleet.admin, '7.50/53.700/10.700', sel('B-HF 102'));
  await page.getByRole('button', { name: 'Follow' }).waitFor();
  await check(seen, 'phone-drawer');
  assert.deepEqual(await smallTargets(page), []);
  await page.locator('.drawer .sheet-grip').press('Enter');
  await page.locator('.drawer.full').waitFor();
  await openMap(page, scene.fleet.admin, '7.50/53.700/10.700', sel('B-HF 106'));
  await page.getByRole('heading', { name: 'B-HF 106' }).waitFor();
  await page.getByRole('button', { name: 'History' }).first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Follow' }).count(), 0);
});

test('the attribution stays clear of the legend of speeds on a narrow desk', async (t) => {
  const viewport = { width: 768, height: 1024 };
  const seen = await visit(t, server, { ...STILL, viewport, clockS: server.nowS() });
  const { page } = seen;
  await page.goto(`/api?fun=3&key=${scene.fleet.admin.token}&sel=${scene.ids.get('B-HF 101')}`);
  await page.locator('.history-legend').waitFor();
  await check(seen, 'history-768');
  const legend = await boxOf(page, '.history-legend');
  const line = await boxOf(page, '.map-line');
  assert.ok(
    legend.y + legend.height <= line.y,
    `${JSON.stringify(legend)} ${JSON.stringify(line)}`,
  );
});

test('the pages can be installed, and say so where the server is away', async (t) => {
  const seen = await visit(t, server, { viewport: PHONE, serviceWorkers: 'allow' });
  const { page } = seen;
  const { body } = await ask(`${server.url}/manifest.webmanifest`, {});
  for (const { src } of JSON.parse(body).icons) {
    assert.equal((await ask(`${server.url}${src}`, {})).status, 200, src);
  }
  await page.goto('/');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await eventually(page, async () => {
    assert.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null));
  });
  assertClean(seen);
  await server.end('SIGKILL');
  await page.goto('/');
  await page.getByRole('heading', { name: 'odograph is offline' }).waitFor();
  await picture(page, 'phone-offline');
  assert.deepEqual(await findBarriers(page), []);
  assert.deepEqual(await page.evaluate(() => caches.keys()), []); // nothing is kept
  await page.getByRole('link', { name: 'Try again now' }).click();
  await page.getByRole('heading', { name: 'odograph is offline' }).waitFor();
  await server.start();
  await page.getByLabel('Name').waitFor(); // by itself
});

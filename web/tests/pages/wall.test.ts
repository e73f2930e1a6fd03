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
  await page.locator('.wall-number').first().waitFor();
}

const numberOf = (page: Page, state: string) =>
  page.locator(`.wall-number.${state} b`).textContent();
const namesOf = (page: Page) => page.locator('.wall-number > span').allTextContents();

/** Of the states; an alarm stands beside them. */
async function sumOf(page: Page): Promise<number> {
  const numbers = await page.locator('.wall-number:not(.alarm) b').allTextContents();
  return numbers.reduce((sum, text) => sum + Number(text), 0);
}

test('the numbers, the map and the newest alarms; a new one is gone to, and back', async (t) => {
  const seen = await visit(t, server, { ...HD, clockS: server.nowS() });
  const { page } = seen;
  await openWall(page);
  await mapRests(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark');
  assert.equal(await page.locator('.wall-alarm.fresh').count(), 0);
  assert.deepEqual(await namesOf(page), ['Moving', 'Idle', 'Parked', 'Offline', 'Alarm', 'Never']);
  assert.equal(await sumOf(page), scene.ids.size);
  await page.getByText(`${scene.ids.size} vehicles`).waitFor();
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

/** What of the wall is cut off, or smaller than people read from afar. */
const faultsOf = (page: Page) =>
  page.evaluate(() => {
    const faults: string[] = [];
    const unit = Math.max(0.64, innerWidth / 1920);
    const texts = '.wall-clock, .wall-number b, .wall-number span, .wall-alarm > b, .wall-kind';
    for (const each of document.querySelectorAll<HTMLElement>(texts)) {
      const { left, right, top, bottom } = each.getBoundingClientRect();
      const isOut = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
      if (isOut) faults.push(`out of the screen: ${each.textContent}`);
      const size = Number.parseFloat(getComputedStyle(each).fontSize);
      const least = each.matches('.wall-number b') ? 52 : 20;
      if (size < least * unit - 0.1) faults.push(`${size} pixels: ${each.textContent}`);
    }
    for (const part of document.querySelectorAll<HTMLElement>('.wall, .wall-side, .wall-numbers')) {
      if (part.scrollHeight > part.clientHeight + 1) faults.push(`cut: ${part.className}`);
      if (part.scrollWidth > part.clientWidth + 1) faults.push(`too wide: ${part.className}`);
    }
    return faults;
  });

for (const [width, height] of [
  [1280, 720],
  [1920, 1080],
  [3840, 2160],
] as const) {
  test(`the wall is read on a screen of ${width} by ${height}`, async (t) => {
    const own = { ...HD, viewport: { width, height }, deviceScaleFactor: 1 };
    const seen = await visit(t, server, { ...own, clockS: server.nowS() });
    const { page } = seen;
    for (const [theme, query] of [
      ['dark', ''],
      ['light', '&theme=light&lang=zh'],
    ] as const) {
      await openWall(page, query);
      assert.equal(await sumOf(page), scene.ids.size);
      if (width < 3840) await mapRests(page); // four times as much takes minutes without a GPU
      await picture(page, `wall-${theme}-${width}`);
      assert.deepEqual(await faultsOf(page), []);
    }
    assertClean(seen);
  });
}

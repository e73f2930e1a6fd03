/** A vehicle shared by a link: who makes it, the stranger who opens it, and its end. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, settled, type Visit, visit } from '../lib/browser.ts';
import { DAY_CLOCK_S, driveDay } from '../lib/day.ts';
import { Fleet } from '../lib/fleet.ts';
import { openOnline, rowOf } from '../lib/pages.ts';
import { optionsOf, pairs, picture, type View } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';

const TRUCK = '013900000001';
const SECRET = '013900000002';
const server = new Server({ clockS: DAY_CLOCK_S });
let fleet: Fleet;

after(closeBrowser);
after(() => server.close());

before(async () => {
  await server.start();
  fleet = await Fleet.make(server);
  await fleet.add(TRUCK, 'HH-DO 80', { SIM: '+4915112345678', Note: 'spare key' });
  await fleet.add(SECRET, 'HH-XX 99');
  await fleet.report(SECRET, { lat: 53.5, lon: 9.9 });
  const truck = await driveDay(server, TRUCK);
  after(() => truck.end());
});

/** The path of a new link. */
async function shareTruck(history: boolean): Promise<string> {
  const until = new Date((server.nowS() + 7200) * 1000).toISOString();
  const fields = { DeviceIDs: [TRUCK], Until: until, History: history };
  return (await fleet.admin.data('manage/AddShare', fields)).Path;
}

async function endAll(): Promise<void> {
  const { data } = await fleet.admin.data('manage/ListShares', {});
  for (const { ShareID } of data) await fleet.admin.data('manage/DeleteShare', { ShareID });
}

async function openLink(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByText(/Shared until|分享至/).waitFor();
}

/** The link that is made in the open dialog, as it was copied. */
async function makeLink(page: Page): Promise<string> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make link' }).click();
  const url = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  await dialog.getByRole('button', { name: 'Copy link' }).click();
  await page.getByText('Copied').waitFor();
  return url;
}

test('a stranger sees the vehicle that is shared, until it is ended under his eyes', async (t) => {
  const owner = await visit(t, server, { clockS: DAY_CLOCK_S });
  await openOnline(owner.page, fleet.admin, `&sel=${TRUCK}`);
  await owner.page.getByRole('button', { name: 'Share', exact: true }).click();
  await owner.page.getByRole('button', { name: '1 hour' }).click();
  const url = await makeLink(owner.page);
  assert.match(url, /\/s\/[0-9A-F]{32}$/);

  const stranger = await visit(t, server, { clockS: DAY_CLOCK_S });
  const { page } = stranger;
  await openLink(page, url);
  await rowOf(page, 'HH-DO 80').click();
  await page.getByRole('tab', { name: 'Today' }).waitFor();
  await settled(stranger);
  const tabs = await page.getByRole('tab').allTextContents();
  assert.deepEqual(tabs, ['Now', 'Today']);
  for (const hidden of ['HH-XX 99', SECRET, '4915112345678', 'spare key', 'Harbour Freight']) {
    assert.equal(await page.getByText(hidden).count(), 0, hidden);
  }
  for (const name of ['Share', 'History', 'Alarms', 'Log out']) {
    assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
  }
  assert.deepEqual(await findBarriers(page), []);

  await owner.page.getByRole('button', { name: 'End the link of HH-DO 80' }).click();
  await owner.page.getByText('There are no active links.').waitFor();
  await page.getByRole('heading', { name: 'This link has ended' }).waitFor();
  assert.equal(await page.getByText('HH-DO 80').count(), 0);
  assert.deepEqual(await findBarriers(page), []);
  assertClean(owner);
  assertClean(stranger);
});

test('days of the history are shared with their address, and saved as a file', async (t) => {
  const owner = await visit(t, server, { clockS: DAY_CLOCK_S });
  await owner.page.goto(`/api?fun=3&key=${fleet.admin.token}&sel=${TRUCK}`);
  await owner.page.getByRole('button', { name: 'Export' }).click();
  await owner.page.getByRole('button', { name: 'Share these days' }).click();
  const url = await makeLink(owner.page);
  assert.match(url, /fun=3&sel=013900000001&from=[\d-]+&to=[\d-]+$/);

  const stranger = await visit(t, server, { clockS: DAY_CLOCK_S, acceptDownloads: true });
  const { page } = stranger;
  await openLink(page, url);
  await page.locator('main.history[data-fixes]:not([data-fixes="0"])').waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  assert.equal(await page.getByRole('button', { name: 'Share these days' }).count(), 0);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const file = readFileSync(await (await saved).path(), 'utf8');
  assert.ok(file.includes(TRUCK) && !file.includes(SECRET));
  await page.getByRole('button', { name: 'Map monitor' }).click();
  await rowOf(page, 'HH-DO 80').waitFor();
  assertClean(owner);
  assertClean(stranger);
  await endAll();
});

test('a link ends by the clock, also where the server is not heard', async (t) => {
  const seen = await visit(t, server, { clockS: DAY_CLOCK_S });
  await openLink(seen.page, await shareTruck(false));
  await rowOf(seen.page, 'HH-DO 80').waitFor();
  await seen.page.route('**/api/**', (route) => route.abort());
  await seen.page.clock.fastForward('02:05:00');
  await seen.page.getByRole('heading', { name: 'This link has ended' }).waitFor();
  await endAll();
});

test('a wrong link says so, and keeps nobody from logging in', async (t) => {
  const seen = await visit(t, server);
  await seen.page.goto(`/s/${'0'.repeat(32)}`);
  await seen.page.getByRole('heading', { name: 'This link does not work' }).waitFor();
  assert.deepEqual(await findBarriers(seen.page), []);
  assert.ok(seen.faults.every((fault) => fault.includes('404')));
  await seen.page.goto('/');
  await seen.page.getByRole('button', { name: 'Log in' }).waitFor();
});

async function takePictures(t: TestContext, view: View): Promise<void> {
  const { page } = await owned(t, view);
  await picture(page, `share-dialog-${view.name}`);
  assert.deepEqual(await findBarriers(page), []);
  await page.locator('.dialog button[type=submit]').click();
  await page.locator('.share-link').waitFor();
  await picture(page, `share-made-${view.name}`);
  assert.deepEqual(await findBarriers(page), []);
  const stranger = await visit(t, server, optionsOf(view, DAY_CLOCK_S));
  await openLink(stranger.page, await shareTruck(true));
  await rowOf(stranger.page, 'HH-DO 80').click();
  await settled(stranger);
  await picture(stranger.page, `shared-${view.name}`);
  assert.deepEqual(await findBarriers(stranger.page), []);
  await endAll();
  await stranger.page.locator('.share-over').waitFor();
  await picture(stranger.page, `shared-over-${view.name}`);
  assert.deepEqual(await findBarriers(stranger.page), []);
}

/** The dialog, open. */
async function owned(t: TestContext, view: View): Promise<Visit> {
  const seen = await visit(t, server, optionsOf(view, DAY_CLOCK_S));
  await openOnline(seen.page, fleet.admin, `&sel=${TRUCK}`);
  await seen.page
    .locator('.drawer-actions')
    .getByRole('button', { name: /^(Share|分享)$/ })
    .click();
  await seen.page.locator('.share-links').waitFor();
  return seen;
}

for (const view of pairs.flat().filter((_, n) => n % 4 < 2)) {
  test(`pictures, ${view.name}`, (t) => takePictures(t, view));
}

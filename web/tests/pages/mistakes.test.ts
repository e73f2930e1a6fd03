/** Mistakes at geofences and alarm rules lose nothing: those of forms are in settings.test.ts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, type Visit, visit } from '../lib/browser.ts';
import { Fleet } from '../lib/fleet.ts';
import { mapRests } from '../lib/map.ts';
import { Server } from '../lib/server.ts';

const STILL = { reducedMotion: 'reduce' as const, viewport: { width: 1240, height: 720 } };
const server = new Server();
let fleet: Fleet;

after(closeBrowser);
after(() => server.close());
before(async () => {
  await server.start();
  fleet = await Fleet.make(server);
  await fleet.add('868200000000001', 'HH-MI 1');
});

const panel = (page: Page) => page.locator('.fence-page');
const nameField = (page: Page) => panel(page).getByLabel('Name', { exact: true });
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true });
const fences = async (Key: string) =>
  (await fleet.admin.data('manage/ListGeofences', { Key })).total;

/** The calls of a method get lost: the first on its way there, the second's answer on its way back. */
async function loseTwo(page: Page, method: string): Promise<void> {
  let calls = 0;
  await page.route(`**/api/manage/${method}`, async (route) => {
    calls += 1;
    if (calls === 2) await route.fetch();
    if (calls <= 2) await route.abort();
    else await route.continue();
  });
}

function assertCleanButLost(seen: Visit): void {
  seen.faults = seen.faults.filter((fault) => !fault.includes('ERR_FAILED'));
  assertClean(seen);
}

/** A circle by numbers, with its name. */
async function drawCircle(page: Page, name: string): Promise<void> {
  await page.goto(`/api?fun=2&fence=list&key=${fleet.admin.token}`);
  await mapRests(page);
  await page.getByRole('button', { name: 'Circle', exact: true }).click();
  await page.getByLabel('Centre').fill('53.55, 10');
  await page.keyboard.press('Enter');
  await nameField(page).fill(name);
}

test('a geofence whose saving gets lost is saved again, once, also by a double click', async (t) => {
  const seen = await visit(t, server, STILL);
  const { page } = seen;
  await drawCircle(page, 'Lost');
  await loseTwo(page, 'AddGeofence');
  for (const stored of [0, 1]) {
    const lost = page.waitForEvent('requestfailed');
    await save(page).click();
    await lost;
    await panel(page).getByRole('alert').getByText('does not answer').waitFor();
    assert.equal(await nameField(page).inputValue(), 'Lost');
    assert.equal(await fences('Lost'), stored);
  }
  await save(page).dblclick();
  await page.getByText('Lost is saved.').waitFor();
  assert.equal(await fences('Lost'), 1);
  assertCleanButLost(seen);
});

test('the back button leaves what is drawn where it was', async (t) => {
  const seen = await visit(t, server, STILL);
  const { page } = seen;
  await drawCircle(page, 'Back');
  await page.goBack();
  await page.getByText(/^Not saved yet/).waitFor();
  await page.goForward();
  assert.equal(await nameField(page).inputValue(), 'Back');
  await page.getByRole('button', { name: 'Online monitor' }).click();
  await page.locator('[data-row="0"]').waitFor();
  await page.goBack();
  await nameField(page).waitFor();
  assert.equal(await nameField(page).inputValue(), 'Back');
  await save(page).click();
  await page.getByText('Back is saved.').waitFor();
  assertClean(seen);
});

test('a file that is no map is told, and the one before stays', async (t) => {
  const seen = await visit(t, server, STILL);
  const { page } = seen;
  await page.goto(`/api?fun=2&fence=import&key=${fleet.admin.token}`);
  const give = (name: string, text: string) => {
    const file = { name, mimeType: 'text/plain', buffer: Buffer.from(text) };
    return page.getByLabel('A GeoJSON or KML file').setInputFiles(file);
  };
  const geometry = { type: 'Point', coordinates: [10, 53.5] };
  const feature = { type: 'Feature', properties: { name: 'Gate' }, geometry };
  await give('gate.geojson', JSON.stringify(feature));
  await page.getByText('1 of 1 can be stored.').waitFor();
  await give('photo.jpg', 'no map at all');
  await panel(page).getByRole('alert').waitFor();
  await page.getByText('1 of 1 can be stored.').waitFor();
  await page.getByRole('button', { name: 'Store 1 geofence' }).click();
  await page.getByText('1 of 1 stored').waitFor();
  assert.equal(await fences('Gate'), 1);
  assertClean(seen);
});

test('alarm rules that get lost, or that two people change, are stored as both wanted them', async (t) => {
  const seen = await visit(t, server, STILL);
  const { page } = seen;
  await page.goto(`/api?set=rules&key=${fleet.admin.token}`);
  const row = page.getByRole('listitem').filter({ hasText: 'Speed above, km/h' });
  await row.getByRole('button', { name: 'Own' }).click();
  await row.getByRole('textbox').fill('60');
  await loseTwo(page, 'SetAlarmRules');
  for (const stored of [undefined, 60]) {
    const lost = page.waitForEvent('requestfailed');
    await save(page).click();
    await lost;
    await page.getByRole('alert').getByText('does not answer').waitFor();
    assert.equal(await row.getByRole('textbox').inputValue(), '60');
    const now = await fleet.admin.data('manage/GetAlarmRules', { Scope: 'enterprise' });
    assert.equal(now.OverspeedKmh, stored);
  }
  await save(page).dblclick();
  await page.getByText('The rules are saved.').waitFor();

  await row.getByRole('textbox').fill('70');
  const theirs = { Scope: 'enterprise', OverspeedKmh: 80 };
  await fleet.admin.data('manage/SetAlarmRules', theirs);
  await save(page).click();
  await page.getByRole('alert').getByText('Somebody changed').waitFor();
  assert.equal(await row.getByRole('textbox').inputValue(), '70');
  await save(page).click();
  await page.getByText('The rules are saved.').waitFor();
  const now = await fleet.admin.data('manage/GetAlarmRules', { Scope: 'enterprise' });
  assert.equal(now.OverspeedKmh, 70);
  assertCleanButLost(seen);
});

/** What belongs to all pages: the enterprise that is acted in, what is kept for the account. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, visit } from '../lib/browser.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { eventually, plates, rowOf } from '../lib/pages.ts';
import { CLOCK_S } from '../lib/pictures.ts';
import { Server, serve } from '../lib/server.ts';

const server = new Server();
let parent: Fleet;
let child: Fleet;

before(async () => {
  await server.start();
  parent = await Fleet.make(server, { name: 'Harbour Freight', zone: 'Europe/Berlin' });
  child = await Fleet.make(server, {
    name: 'Harbour Shanghai',
    zone: 'Asia/Shanghai',
    ParentHoldID: parent.holdId,
  });
  await Fleet.make(server, { name: 'Zebra Couriers', ParentHoldID: child.holdId });
  await parent.add('864000000000001', 'Alpha');
  await child.add('864000000000002', 'Bravo', { Note: 'Stands at the gate' });
  await parent.report('864000000000001', { kmh: 50 });
  await child.report('864000000000002', { kmh: 30, alarm: 'sos' });
});
after(closeBrowser);
after(() => server.close());

async function open(page: Page, fleet: Fleet, query: string): Promise<void> {
  await page.goto(`/api?fun=1&key=${fleet.admin.token}${query}`);
  await page.locator('[data-row="0"]').waitFor();
}

async function waitForQuery(page: Page, query: string): Promise<void> {
  await eventually(page, async () => assert.equal(new URL(page.url()).search, query));
}

const chooser = (page: Page) => page.getByRole('button', { name: /^Enterprise: / });

test('an admin acts in an enterprise below, alone or with the own, and the address says so', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await open(page, parent, '');
  await rowOf(page, 'Alpha').waitFor();
  assert.deepEqual(await plates(page), ['Alpha']);
  await chooser(page).click();
  await page.getByRole('combobox', { name: 'Search enterprises' }).fill('shang');
  await eventually(page, async () => {
    assert.equal(await page.getByRole('option').count(), 1);
  });
  await page.keyboard.press('Enter');
  await rowOf(page, 'Bravo').waitFor();
  assert.deepEqual(await plates(page), ['Bravo']);
  assert.match((await chooser(page).textContent()) ?? '', /Harbour Shanghai/);
  await page.getByText('Times: Asia/Shanghai').waitFor();
  await waitForQuery(page, `?fun=1&hold=${child.holdId}`);

  await child.report('864000000000002', { kmh: 77 });
  await rowOf(page, 'Bravo').getByText('77 km/h').waitFor(); // the stream followed

  await page.goBack();
  await rowOf(page, 'Alpha').waitFor();
  await chooser(page).click();
  await page.getByLabel('With the vehicles of those below it').check();
  await rowOf(page, 'Bravo').getByText('Harbour Shanghai').waitFor();
  await waitForQuery(page, '?fun=1&below=1');
  await child.report('864000000000002', { kmh: 66 });
  await rowOf(page, 'Bravo').getByText('66 km/h').waitFor();
  await page.keyboard.press('Escape');
  await rowOf(page, 'Bravo').click();
  await page.getByRole('tab', { name: 'Device' }).click(); // is asked for in its own enterprise
  await page.locator('.drawer').getByText('Stands at the gate').waitFor();
  assertClean(seen);
});

test('a copied address leads whoever may to the same enterprise, and others to their own', async (t) => {
  const { page } = await visit(t, server);
  await open(page, parent, `&hold=${child.holdId}`);
  await rowOf(page, 'Bravo').waitFor();
  await open(page, child, `&hold=${parent.holdId}`);
  await rowOf(page, 'Bravo').waitFor();
  assert.deepEqual(await plates(page), ['Bravo']);
  assert.equal(await rowOf(page, 'Alpha').count(), 0);
});

async function logIn(page: Page, fleet: Fleet): Promise<void> {
  await page.goto('/?fun=1');
  await page.getByLabel('Name').fill(fleet.loginName);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('[data-row="0"]').waitFor();
}

const heading = (page: Page, name: string) => page.getByRole('columnheader', { name });
const theme = (page: Page) => page.evaluate(() => document.documentElement.dataset['theme']);

/** What the server keeps of the account's choices, by name. */
async function keptChoices(fleet: Fleet): Promise<Record<string, string>> {
  const { Value } = await fleet.admin.data('manage/GetPreference', { Key: 'pages' });
  const choices = Object.entries((Value ?? {}) as Record<string, [string, number]>);
  return Object.fromEntries(choices.map(([name, [value]]) => [name, value]));
}

test('what was chosen follows the account to another browser, the later choice of each', async (t) => {
  const one = await visit(t, server, { colorScheme: 'light' });
  const other = await visit(t, server, { colorScheme: 'light' });
  await logIn(one.page, parent);
  await one.page.getByRole('button', { name: 'Light or dark' }).click();
  await one.page.getByRole('button', { name: 'Columns' }).click();
  await one.page.getByRole('checkbox', { name: 'Fuel' }).uncheck();
  await one.page.getByRole('checkbox', { name: 'Satellites' }).check();
  await one.page.keyboard.press('Escape');
  await heading(one.page, 'Speed').getByRole('button').click();
  await eventually(one.page, async () => {
    const { theme: kept, sort, columns = '' } = await keptChoices(parent);
    assert.deepEqual([kept, sort], ['dark', 'speed']);
    assert.match(columns, /,sat$/);
  });
  await logIn(other.page, parent);
  await heading(other.page, 'Satellites').waitFor();
  assert.equal(await heading(other.page, 'Fuel').count(), 0);
  assert.equal(await heading(other.page, 'Speed').getAttribute('aria-sort'), 'ascending');
  assert.equal(await theme(other.page), 'dark');
  await other.page.getByRole('button', { name: 'Light or dark' }).click();
  await eventually(other.page, async () => {
    assert.equal((await keptChoices(parent))['theme'], 'light');
  });
  await one.page.reload();
  await eventually(one.page, async () => assert.equal(await theme(one.page), 'light'));
  await heading(one.page, 'Satellites').waitFor();
  assertClean(one);
  assertClean(other);
});

test('a choice that the server did not hear is told later; one with a key is never told', async (t) => {
  const { page } = await visit(t, server, { colorScheme: 'light' });
  await logIn(page, child);
  await page.route('**/api/manage/SetPreference', (route) => route.abort());
  const refused = page.waitForRequest('**/api/manage/SetPreference');
  await page.getByRole('button', { name: 'Light or dark' }).click();
  await refused;
  assert.deepEqual(await keptChoices(child), {});
  await page.unrouteAll({ behavior: 'wait' });
  await page.reload();
  await eventually(page, async () => {
    assert.equal((await keptChoices(child))['theme'], 'dark');
  });

  const keyed = await visit(t, server, { colorScheme: 'light' });
  const asked: string[] = [];
  keyed.page.on('request', (request) => asked.push(request.url()));
  await open(keyed.page, child, '');
  assert.equal(await theme(keyed.page), 'light', 'the account chose dark');
  await keyed.page.getByRole('button', { name: 'Columns' }).click();
  await keyed.page.getByRole('checkbox', { name: 'Fuel' }).uncheck();
  await heading(keyed.page, 'Fuel').waitFor({ state: 'detached' });
  await keyed.page.reload();
  await heading(keyed.page, 'Speed').waitFor();
  assert.equal(await heading(keyed.page, 'Fuel').count(), 0, 'but kept in this browser');
  assert.deepEqual(
    asked.filter((url) => url.includes('Preference')),
    [],
  );
});

/** The middle of the map, as the address says it: zoom/lat/lon. */
async function waitForView(page: Page, lat: RegExp, lon: RegExp): Promise<void> {
  await eventually(page, async () => {
    const { searchParams } = new URL(page.url());
    const [, shownLat = '', shownLon = ''] = (searchParams.get('v') ?? '').split('/');
    assert.equal(searchParams.get('fun'), null);
    assert.match(shownLat, lat);
    assert.match(shownLon, lon);
  });
}

test('the search leads to coordinates, geofences and places on the map', async (t) => {
  const { PolygonID } = await parent.admin.data('manage/AddGeofence', {
    RegionName: 'Quay seven',
    Shape: 'circle',
    Points: [[9.99, 53.54]],
    Radius: 400,
  });
  t.after(() => parent.admin.data('manage/DeleteGeofence', { PolygonID }));
  const seen = await visit(t, server, { viewport: { width: 960, height: 600 } });
  const { page } = seen;
  const field = page.getByRole('combobox', { name: 'Search', exact: true });
  await open(page, parent, '');
  await field.fill(`22°32'24"N 114°03'36"E`);
  const point = page.getByRole('option').filter({ hasText: 'Coordinates' });
  await point.getByText('22.540000, 114.060000').waitFor();
  await page.keyboard.press('Enter');
  await waitForView(page, /^22\.5[34]/, /^114\.0[56]/);
  assert.equal(await field.inputValue(), '');

  await field.fill('quay');
  await page.getByRole('option').filter({ hasText: 'Geofence' }).getByText('Quay').waitFor();
  await page.keyboard.press('Enter');
  await waitForView(page, /^53\.5[34]/, /^9\.9[89]|^10$/);

  await field.fill('potsdam');
  await page.getByRole('option').filter({ hasText: 'New York' }).waitFor();
  await page.getByRole('option').filter({ hasText: 'Brandenburg' }).click();
  await waitForView(page, /^52\.(39|40)/, /^13\.0[67]/);
  assertClean(seen);
});

test('the first steps tick themselves off, and are gone when nobody wants them', async (t) => {
  const demo = await serve(t, { isDemo: true, clockS: CLOCK_S });
  const seen = await visit(t, demo, { viewport: { width: 1024, height: 600 } });
  const { page } = seen;
  const steps = page.getByRole('region', { name: 'First steps' });
  const step = (name: string) => steps.getByRole('listitem').filter({ hasText: name });
  await page.goto('/?fun=1');
  assert.equal(await page.getByLabel('Name').inputValue(), 'demo');
  await page.getByText('A demonstration fleet is running here').waitFor();
  await page.getByRole('button', { name: 'Log in' }).click();
  await step('Select a vehicle').getByRole('button').click();
  await page.locator('.drawer').waitFor();
  await step('Select a vehicle').getByText('done').waitFor({ state: 'attached' });
  await page.locator('.drawer').getByRole('button', { name: 'Copy' }).first().click();
  const toast = await page.locator('.notice span').boundingBox();
  const strip = await steps.boundingBox();
  assert.ok(toast && strip && toast.y + toast.height <= strip.y, 'a toast covers the first steps');
  await page
    .locator('header')
    .getByRole('button', { name: /^Alarms/ })
    .click();
  await step('See the alarm').getByText('done').waitFor({ state: 'attached' });
  await step('Draw a circle').getByRole('button').click();
  await page.getByLabel('Centre').fill('53.55, 13.26');
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).fill('Yard');
  assert.equal(await step('Draw a circle').getByText('done').count(), 0, 'done before it is saved');
  await page.keyboard.press('Enter');
  await step('Draw a circle').getByText('done').waitFor({ state: 'attached' });
  await steps.getByRole('button', { name: 'Close the first steps' }).click();
  await steps.waitFor({ state: 'detached' });
  await page.goto('/?fun=1');
  await page.getByText(/^Live · /).waitFor();
  assert.equal(await steps.count(), 0);
  assertClean(seen);
});

/** The online monitor under live load: order, search, keys, zones, and what one may see. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertClean, closeBrowser, visit } from '../lib/browser.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { eventually, openOnline, plates, rowOf, speedOf } from '../lib/pages.ts';
import { Server } from '../lib/server.ts';

after(closeBrowser);

const server = new Server();
await server.start();
after(() => server.close());

const CARS = ['861000000000001', '861000000000002', '861000000000003'] as const;
const [A, B, C] = CARS;

async function makeFleet(zone?: string): Promise<Fleet> {
  const fleet = await Fleet.make(server, zone ? { zone } : {});
  return fleet;
}

/** Three cars of an enterprise: Alpha moves, Bravo is faster, Charlie has never reported. */
async function threeCars(): Promise<Fleet> {
  const fleet = await makeFleet('Asia/Shanghai');
  await fleet.add(A, 'Alpha');
  await fleet.add(B, 'Bravo');
  await fleet.add(C, 'Charlie');
  await fleet.report(A, { kmh: 40, ignition: true, lat: 22.54, lon: 114.06 });
  await fleet.report(B, { kmh: 60, ignition: true, lat: 22.55, lon: 114.07 });
  return fleet;
}

const fleet = await threeCars();

test('values change in place, and rows keep still, while the pointer is on the table', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await openOnline(page, fleet.admin, '&sort=-speed');
  assert.deepEqual(await plates(page), ['Bravo', 'Alpha', 'Charlie']);
  await rowOf(page, 'Bravo').hover();
  await fleet.report(A, { kmh: 90 });
  await speedOf(page, 'Alpha').getByText('90 km/h').waitFor();
  await page.locator('.chip.changed').waitFor();
  assert.deepEqual(await plates(page), ['Bravo', 'Alpha', 'Charlie']);
  await page.locator('.search input').hover();
  await eventually(page, async () => {
    assert.deepEqual(await plates(page), ['Alpha', 'Bravo', 'Charlie']);
  });
  assert.equal(await page.locator('.chip.changed').count(), 0);
  await rowOf(page, 'Bravo').hover();
  await fleet.report(B, { kmh: 120 });
  await page.locator('.chip.changed').click();
  await eventually(page, async () => {
    assert.deepEqual(await plates(page), ['Bravo', 'Alpha', 'Charlie']);
  });
  assertClean(seen);
});

test('the key leaves the address, and the page is found again after a reload', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await openOnline(page, fleet.admin, '&f=moving');
  assert.equal(new URL(page.url()).search, '?fun=1&f=moving');
  await page.reload();
  await rowOf(page, 'Alpha').waitFor();
  assert.deepEqual((await plates(page)).sort(), ['Alpha', 'Bravo']);
  const kept = await page.evaluate(() => indexedDB.databases());
  assert.deepEqual(kept, [], 'a page with a key keeps no vehicles on the browser');
  await rowOf(page, 'Alpha').click();
  await page.getByRole('heading', { name: 'Alpha' }).waitFor();
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(A));
  assertClean(seen);
});

test('a link may be narrowed to devices, and widened again', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await openOnline(page, fleet.admin, `&ids=Alpha,Nobody&type=1`);
  assert.deepEqual(await plates(page), ['Alpha']);
  const chip = page.locator('.chip', { hasText: '1 vehicle chosen by the link' });
  await chip.getByRole('button').click();
  await rowOf(page, 'Bravo').waitFor();
  await eventually(page, async () => assert.equal((await plates(page)).length, 3));
  assertClean(seen);
});

test('names are text, whatever they hold, and keep to their places', async (t) => {
  const own = await makeFleet();
  const markup = '<img src=x onerror="alert(1)">';
  const long = 'W'.repeat(64);
  await own.add('862000000000011', markup, { GroupID: await own.addGroup(markup) });
  const groupId = await own.addGroup(long);
  await own.add('862000000000012', long, { GroupID: groupId });
  await own.report('862000000000012', { alarm: 'sos' });
  const seen = await visit(t, server);
  const { page } = seen;
  await openOnline(page, own.admin);
  await rowOf(page, markup).locator('.c-group').getByText(markup).waitFor();
  await page.getByRole('button', { name: 'Groups' }).click();
  const right = (selector: string) =>
    page.locator(selector).evaluateAll((all) => {
      return Math.max(...all.map((each) => each.getBoundingClientRect().right));
    });
  assert.ok((await right('.heading-states')) < (await right('.table')));
  await page.locator('#search').fill('ww');
  await page.locator('.hit').first().waitFor();
  assert.ok((await right('.hit *')) < (await right('.hits')));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await page.locator('.alarm-open').waitFor();
  assert.ok((await right('.alarm-text *')) <= (await right('.alarm-text')));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/api?fun=1&g=${groupId}&ids=${markup},${long}&type=1`);
  await rowOf(page, long).waitFor();
  assert.ok((await right('.toolbar button')) <= 390);
  assertClean(seen);
});

test('times are those of the enterprise, wherever the browser is', async (t) => {
  const seen = await visit(t, server, { timezoneId: 'America/New_York' });
  const { page } = seen;
  await openOnline(page, fleet.admin, `&sel=${A}`);
  await page.getByText('Times: Asia/Shanghai').waitFor();
  const shown = await page.locator('.values dt', { hasText: 'Fix' }).locator('+ dd').textContent();
  const status = await fleet.admin.data('vehicle/GetCurrentVehicleInfoByDeviceIDs', {
    DeviceIDs: A,
  });
  assert.equal(shown, status.data[0]?.GPSTime);
  assertClean(seen);
});

test('keys find, open, step and close', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await openOnline(page, fleet.admin);
  await page.keyboard.press('/');
  await page.keyboard.type('brav');
  await page.getByRole('option', { name: 'Bravo' }).waitFor();
  await eventually(page, async () => assert.deepEqual(await plates(page), ['Bravo']));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Bravo' }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('sel'), B);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await eventually(page, async () => assert.equal((await plates(page)).length, 3));
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Alpha' }).waitFor();
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: 'Bravo' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Alpha' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('2');
  await eventually(page, async () => {
    assert.deepEqual((await plates(page)).sort(), ['Alpha', 'Bravo']);
  });
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  assertClean(seen);
});

test('keys that pass through a head wider than the page show each column, and leave it as it was', async (t) => {
  const own = await makeFleet();
  await own.add('862100000000001', 'Wide');
  const seen = await visit(t, server, { viewport: { width: 1000, height: 640 } });
  const { page } = seen;
  await openOnline(page, own.admin, '&sel=862100000000001');
  await page.locator('.drawer').waitFor();
  const head = (name: string) => page.locator('.table').getByRole('button', { name, exact: true });
  const left = () => page.locator('.table').evaluate((table) => table.scrollLeft);
  const tabTo = async (name: string, key: string) => {
    for (let presses = 0; presses < 60; presses++) {
      if (await head(name).evaluate((found) => found === document.activeElement)) return;
      await page.keyboard.press(key);
    }
    assert.fail(`no key leads to ${name}`);
  };
  await tabTo('Group', 'Tab');
  assert.ok((await left()) > 0, 'the last column is further than the page is wide');
  await tabTo('Since', 'Shift+Tab');
  const plate = await page.locator('.header .c-plate').boundingBox();
  const since = await head('Since').boundingBox();
  assert.ok(plate && since && since.x >= plate.x + plate.width, 'nothing that stays covers it');
  await tabTo('Group', 'Tab');
  await page.keyboard.press('Tab');
  assert.equal(await left(), 0);
  assertClean(seen);
});

test('narrowed groups, a deleted device and a revoked token show at once', async (t) => {
  const own = await makeFleet();
  const north = await own.addGroup('North');
  const south = await own.addGroup('South');
  await own.add('862000000000001', 'Northern', { GroupID: north });
  await own.add('862000000000002', 'Southern', { GroupID: south });
  await own.add('862000000000003', 'Third', { GroupID: north });
  const LoginName = `vera${own.holdId}`;
  const made = await own.admin.data('manage/AddUser', {
    LoginName,
    PassWord: PASSWORD,
    Role: 'viewer',
    GroupIDs: [north, south],
  });
  const vera = await own.admin.logIn(LoginName, PASSWORD);
  const seen = await visit(t, server);
  const { page } = seen;
  await openOnline(page, vera);
  assert.deepEqual(await plates(page), ['Northern', 'Southern', 'Third']);
  await own.admin.data('manage/ModifyUser', { UserID: made.UserID, GroupIDs: [north] });
  await rowOf(page, 'Southern').waitFor({ state: 'detached' });
  await own.admin.data('manage/DeleteDevice', { DeviceID: '862000000000003' });
  await rowOf(page, 'Third').waitFor({ state: 'detached' });
  assert.deepEqual(await plates(page), ['Northern']);
  await own.admin.data('manage/ModifyDevice', { DeviceID: '862000000000001', VehiclePlate: 'New' });
  await rowOf(page, 'New').waitFor();
  await vera.data('user/LogOut', {});
  await page.getByText('Your login has ended.').waitFor();
  assert.equal(await page.locator('body').getAttribute('data-page'), 'login');
  assert.equal(await page.locator('[data-row]').count(), 0);
  assertClean(seen);
});

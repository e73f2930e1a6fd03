/** The settings: sections by role, forms that lose nothing, devices from a file, trackers adopted. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, settled, type Visit, visit } from '../lib/browser.ts';
import type { Client } from '../lib/client.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { ask } from '../lib/http.ts';
import { eventually, openOnline } from '../lib/pages.ts';
import { CLOCK_S, optionsOf, pairs, setView, takePair, type View } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';

const server = new Server({ clockS: CLOCK_S });
let fleet: Fleet;
/** HoldID of an enterprise below its own. */
let yard: number;
let lone: Client;
const STRANGER = '868000000000009';
const ICCID = '89860000000000000011';
const allPairs = process.env['ALL_PAIRS'] !== undefined;

after(closeBrowser);
after(() => server.close());
before(async () => {
  await server.start();
  fleet = await Fleet.make(server);
  const below = { HoldName: 'Harbour Yard', ParentHoldID: fleet.holdId };
  yard = (await fleet.root.data('manage/AddEnterprise', below)).HoldID;
  lone = (await Fleet.make(server, { name: 'Lone Lorry' })).admin;
  const north = await fleet.addGroup('North');
  await fleet.add('864000000000001', 'Alpha', { Model: 'GT06', SIM: '+491511234', GroupID: north });
  await fleet.add('864000000000002', 'Bravo', { Note: 'Spare key in the office' });
  const card = { ICCID, SIM: '+4915112345678', PackageName: '500M', UsageAmount: 500 };
  await fleet.admin.data('manage/AddSIM', card);
  for (const id of [STRANGER, '868000000000010']) {
    const asked = new URLSearchParams({ id, lat: '52.5', lon: '13.4', timestamp: `${CLOCK_S}` });
    await ask(`${server.deviceUrl}/?${asked}`, {});
  }
});

async function openSettings(
  page: Page,
  client: Client,
  section: string,
  query = '',
): Promise<void> {
  await page.goto(`/api?set=${section}&key=${client.token}${query}`);
  await page.locator('.set-page').waitFor();
}

const rowOf = (page: Page, name: string) => page.locator('.set-table tbody tr', { hasText: name });
const side = (page: Page) => page.locator('.set-side');
const goTo = (page: Page, section: string) =>
  page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: section }).click();

/** In the form, saved by its button. */
async function add(page: Page, button: string, values: Record<string, string>): Promise<void> {
  await page.locator('.set-bar').getByRole('button', { name: button }).click();
  for (const [label, value] of Object.entries(values)) {
    const field = side(page).getByLabel(new RegExp(`^${label}`));
    const isChoice = await field.evaluate((found) => found.tagName === 'SELECT');
    await (isChoice ? field.selectOption({ label: value }) : field.fill(value));
  }
  await side(page).getByRole('button', { name: button }).click();
}

test('root makes a reseller, that one a customer, and the customer a user who sees the own', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openSettings(page, fleet.root, 'enterprises');
  await add(page, 'Add enterprise', { Name: 'Reseller', 'Time zone': 'Asia/Nowhere' });
  await side(page).getByRole('alert').getByText('not a time zone').waitFor();
  await side(page).getByLabel('Time zone').fill('Asia/Shanghai');
  await side(page).getByLabel('may make others below').check();
  await side(page).getByRole('button', { name: 'Add enterprise' }).dblclick();
  await rowOf(page, 'Reseller').waitFor();
  await add(page, 'Add enterprise', {
    Name: 'Customer',
    Below: 'Reseller',
    'Time zone': 'Asia/Tokyo',
  });
  await rowOf(page, 'Customer').getByText('Reseller').waitFor();
  const { data } = await fleet.root.data('manage/ListEnterprises', {});
  const [reseller] = data.filter(({ HoldName }) => HoldName === 'Reseller');
  assert.equal(data.filter(({ HoldName }) => HoldName === 'Reseller').length, 1);
  assert.equal(reseller?.CanSubdivide, true);
  const customer = data.find(({ HoldName }) => HoldName === 'Customer');
  assert.deepEqual([customer?.ParentHoldID, customer?.TimeZone], [reseller?.HoldID, 'Asia/Tokyo']);

  await page.getByRole('button', { name: /^Enterprise: / }).click();
  await page.getByRole('option', { name: 'Customer' }).click();
  await goTo(page, 'Users');
  await add(page, 'Add user', { 'Login name': fleet.loginName, Password: PASSWORD });
  await side(page).getByRole('alert').getByText('is taken').waitFor();
  await side(page).getByLabel('Login name').fill('yuki');
  await side(page).getByLabel('Role').selectOption('admin');
  await side(page).getByRole('button', { name: 'Add user' }).click();
  await rowOf(page, 'yuki').getByText('Administrator').waitFor();
  assertClean(seen);

  const own = await visit(t, server, { clockS: server.nowS() });
  await openSettings(own.page, await fleet.root.logIn('yuki', PASSWORD), 'enterprises');
  await own.page.getByRole('heading', { name: 'Enterprise', exact: true }).waitFor();
  await own.page.getByRole('heading', { name: 'Customer' }).waitFor();
  assert.equal(await own.page.getByText('Reseller').count(), 0);
  assert.equal(await own.page.getByRole('button', { name: 'Add enterprise' }).count(), 0);
  await own.page.getByLabel('Time zone').fill('Asia/Seoul');
  assert.equal(await own.page.getByLabel('Name').count(), 0, 'the own zone alone');
  await own.page.getByRole('button', { name: 'Save', exact: true }).click();
  await own.page.getByText('Customer is saved.').waitFor();
  const [after] = (await fleet.root.data('manage/ListEnterprises', { Key: 'Customer' })).data;
  assert.equal(after?.TimeZone, 'Asia/Seoul');
  assertClean(own);
});

async function focusByTab(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    const text = await page.evaluate(() => document.activeElement?.textContent);
    if (text?.trim() === name) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`no key leads to ${name}`);
}

async function chooseFile(page: Page, name: string, text: string): Promise<void> {
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
  await page.locator('input[type=file]').setInputFiles(file);
}

const line = (page: Page, number: number) =>
  page
    .locator('.set-table tbody tr')
    .filter({ has: page.getByText(String(number), { exact: true }) });

test('devices come from a file: wrong lines are told, mended and sent, and all go out again', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openSettings(page, fleet.admin, 'devices');
  await rowOf(page, 'Bravo').waitFor();
  await page.getByRole('button', { name: 'Import CSV' }).click();
  await chooseFile(page, 'photo.jpg', 'no table at all');
  await page.getByRole('alert').getByText('photo.jpg has no column DeviceID').waitFor();
  const many = Array.from({ length: 200 }, (_, n) => `8650000000${10000 + n};C ${n};North`);
  const wrong = [
    ...['8.65E+14;X;', '864000000000002;Y;', '865000000099999;Z;South', '!!!;W;'],
    ...['865000000010000;V;'],
  ];
  await chooseFile(page, 'fleet.csv', ['DeviceID;Plate;Group', ...many, ...wrong].join('\r\n'));
  await page.getByText('201 can be added · 4 to be mended').waitFor();
  await page.getByLabel('Only lines to be mended').check();
  await line(page, 202).getByText('rounded').waitFor();
  await line(page, 203).getByText('is taken').waitFor();
  await line(page, 204).getByText('none of this name').waitFor();
  await line(page, 206).getByText('Is in line 2').waitFor();
  await page.locator('header').getByRole('button', { name: '中' }).click();
  await line(page, 204).getByText('没有此名称的选项').waitFor();
  await page.locator('header').getByRole('button', { name: 'EN' }).click();
  await line(page, 204).getByRole('textbox').fill('north');
  await line(page, 204).getByRole('textbox').press('Enter');
  await page.getByText('202 can be added').waitFor();

  let parts = 0;
  await page.route('**/api/manage/AddDevices', async (route) => {
    parts += 1;
    if (parts !== 2) return await route.continue();
    await route.fetch(); // it arrived, and its answer was lost
    return await route.abort();
  });
  await page.getByRole('button', { name: 'Add 202 devices' }).dblclick();
  await page.getByRole('alert').getByText('Nothing is lost').waitFor();
  await page.getByText('200 added').waitFor();
  await page.getByRole('button', { name: 'Add 2 devices' }).click();
  await line(page, 205)
    .getByText(/DeviceID|1 to 64|wants/)
    .waitFor();
  await page.getByText('201 added · 4 to be mended').waitFor();
  for (const number of [202, 203, 205, 206]) {
    await page.getByRole('button', { name: `Leave out line ${number}` }).click();
  }
  await page.getByRole('button', { name: 'Close' }).click();
  await page.unrouteAll({ behavior: 'wait' });
  await page.getByText('of 203').waitFor();

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const text = await readFile(await (await download).path(), 'utf8');
  const lines = text.trimEnd().split('\r\n');
  assert.equal(lines.length, 204);
  assert.match(lines[0] ?? '', /DeviceID,VehiclePlate,ObjectCode,DeviceType,Group/);
  assert.ok(lines.some((each) => /^865000000010007,C 7,\d+,0,North,/.test(each)));
  await page.getByLabel('Search by a part of the name').fill('C 19');
  await page.getByText('of 11').waitFor();
  seen.faults = seen.faults.filter((fault) => !fault.includes('ERR_FAILED'));
  assertClean(seen);
});

/** Holds the first answer of a call until it is let go. */
async function holdAnswer(page: Page, method: string): Promise<() => void> {
  let letGo = () => {};
  const promise = new Promise<void>((done) => {
    letGo = done;
  });
  await page.route(`**/api/${method}`, async (route) => {
    const response = await route.fetch();
    await promise;
    await route.fulfill({ response });
  });
  return () => letGo();
}

test('a file that is being added stays in its enterprise, whichever is chosen meanwhile', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  const from = await Fleet.make(server, { name: 'Dock' });
  const to = await Fleet.make(server, { name: 'Quay', ParentHoldID: from.holdId });
  await openSettings(page, from.admin, 'devices', '&item=%2Bfile');
  const lines = Array.from({ length: 201 }, (_, n) => `8660000000${10000 + n}`);
  await chooseFile(page, 'dock.csv', ['DeviceID', ...lines].join('\n'));
  const letGo = await holdAnswer(page, 'manage/AddDevices');
  await page.getByRole('button', { name: 'Add 201 devices' }).click();
  await page.getByRole('button', { name: /^Enterprise: / }).click();
  await page.getByRole('option', { name: 'Quay' }).click();
  await page.getByRole('button', { name: 'Enterprise: Quay' }).waitFor();
  letGo();
  await page.getByRole('alert').getByText('Another enterprise was chosen').waitFor();
  await page.getByText('1 can be added · 200 added').waitFor();
  assert.equal((await from.admin.data('manage/ListDevices', {})).total, 200);
  assert.equal((await to.admin.data('manage/ListDevices', {})).total, 0);
  assertClean(seen);
});

test('an unknown tracker is adopted, and goes to another enterprise', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openSettings(page, fleet.root, 'unknown', `&hold=${fleet.holdId}`);
  await rowOf(page, STRANGER).getByRole('button', { name: 'Register…' }).click();
  assert.equal(await side(page).getByLabel('Device ID').inputValue(), STRANGER);
  await side(page).getByLabel('Plate').fill('Stranger');
  await side(page).getByRole('button', { name: 'Add device' }).click();
  await side(page).waitFor({ state: 'detached' });
  await page.getByLabel('Search by a part of the name').fill('strang');
  await rowOf(page, 'Stranger').waitFor();
  await goTo(page, 'Unknown trackers');
  await rowOf(page, STRANGER).waitFor({ state: 'detached' });
  await rowOf(page, '868000000000010').waitFor();
  const known = await fleet.admin.data('manage/GetDevice', { DeviceID: STRANGER });
  assert.equal(known.VehiclePlate, 'Stranger');
  await goTo(page, 'Devices');
  await rowOf(page, 'Stranger').click();
  await side(page).getByLabel('Enterprise').selectOption('Harbour Yard');
  await side(page).getByRole('button', { name: 'Move' }).click();
  await rowOf(page, 'Stranger').waitFor({ state: 'detached' });
  const gone = await fleet.root.data('manage/ListDevices', { HoldID: yard, Key: STRANGER });
  assert.equal(gone.total, 1);
  assertClean(seen);
});

test('a group is added by keys alone', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openOnline(page, fleet.admin);
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.locator('.set-page').waitFor();
  await focusByTab(page, 'Groups');
  await page.keyboard.press('Enter');
  await rowOf(page, 'North').waitFor();
  await focusByTab(page, 'Add group');
  await page.keyboard.press('Enter');
  await side(page).getByLabel('Group').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('South');
  await page.keyboard.press('Enter');
  await rowOf(page, 'South').waitFor();
  await focusByTab(page, 'South');
  await page.keyboard.press('Enter');
  await side(page).getByRole('heading', { name: 'South' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Escape');
  await rowOf(page, 'South').getByRole('button').and(page.locator(':focus')).waitFor();
  assertClean(seen);
});

test('a list is sorted as a whole by its columns, by mouse and by keys', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  const long = await Fleet.make(server, { name: 'Long' });
  const Devices = Array.from({ length: 60 }, (_, n) => {
    return { DeviceID: String(7000 + n), VehiclePlate: `P ${(n * 7) % 60}`, Model: `M ${n % 2}` };
  });
  await long.admin.data('manage/AddDevices', { Devices });
  await openSettings(page, long.admin, 'devices');
  await page.getByText('1–50 of 60').waitFor();
  const head = page.getByRole('columnheader', { name: 'Plate' });
  const first = page.locator('.set-table tbody tr').first();
  await head.getByRole('button').click();
  await first.getByRole('button', { name: 'P 0', exact: true }).waitFor();
  assert.equal(await head.getAttribute('aria-sort'), 'ascending');
  await focusByTab(page, 'Plate');
  await page.keyboard.press('Enter');
  await first.getByRole('button', { name: 'P 59', exact: true }).waitFor();
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
  await page.getByRole('button', { name: 'Next page' }).click();
  await first.getByRole('button', { name: 'P 9', exact: true }).waitFor();
  await page.getByLabel('Search by a part of the name').fill('P 1');
  await page.getByText('1–11 of 11').waitFor();
  await first.getByRole('button', { name: 'P 19', exact: true }).waitFor();
  await page.keyboard.press('Tab');
  await focusByTab(page, 'Plate');
  await page.keyboard.press('Enter');
  await eventually(page, async () => assert.equal(await head.getAttribute('aria-sort'), 'none'));
  assertClean(seen);
});

test('a tracker that does not knock is registered beforehand, one that is here is opened', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openSettings(page, fleet.admin, 'unknown');
  await page.getByText('A tracker with a SIM card cannot reach this address').waitFor();
  await page.getByLabel('Has this tracker reported?').fill('864000000000002');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Open the device' }).click();
  await side(page).getByRole('heading', { name: 'Bravo' }).waitFor();
  await goTo(page, 'Unknown trackers');
  await page.getByLabel('Has this tracker reported?').fill('868000000000077');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Register it before it reports' }).click();
  assert.equal(await side(page).getByLabel('Device ID').inputValue(), '868000000000077');
  await side(page).getByRole('button', { name: 'Cancel' }).click();
  assertClean(seen);
});

test('a card is switched off, an SMS to it is kept; the audit tells of both', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openSettings(page, fleet.admin, 'sims');
  await rowOf(page, ICCID).click();
  await side(page).getByText('None was sent or received.').waitFor();
  await side(page).getByLabel('Text to the card').fill('STATUS#');
  await side(page).getByRole('button', { name: 'Send' }).click();
  await side(page).locator('.set-sms').getByText('kept, not sent').waitFor();
  await side(page).getByRole('button', { name: 'Deactivate' }).click();
  await rowOf(page, ICCID).getByText('deactivated').waitFor();
  await side(page).getByRole('button', { name: 'Activate' }).click();
  await rowOf(page, ICCID).getByText('activated', { exact: true }).waitFor();
  await goTo(page, 'Audit');
  await page.getByLabel('Search who').fill('simsms');
  await eventually(page, async () => {
    assert.equal(await page.locator('.set-time').count(), 1);
  });
  await page.getByText('SendSIMSMS').waitFor();
  await page.getByLabel('From', { exact: true }).fill('2026-03-03');
  await page.getByText('Nothing was done that matches.').waitFor();
  assertClean(seen);
});

test('a lost connection, the back button and a click elsewhere lose nothing that was typed', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openSettings(page, fleet.admin, 'devices', '&item=864000000000002');
  await side(page).getByLabel('Model').fill('TK103');
  await side(page).getByLabel('Tank').fill('sixty');
  await side(page).getByRole('button', { name: 'Save' }).click();
  await side(page).getByRole('alert').getByText('not a number').waitFor();
  await side(page).getByLabel('Tank').fill('60');
  await goTo(page, 'Groups');
  await rowOf(page, 'North').waitFor();
  await page.getByRole('button', { name: 'Map monitor' }).click();
  await page.goBack();
  await page.goBack();
  assert.equal(await side(page).getByLabel('Model').inputValue(), 'TK103');
  assert.equal(await side(page).getByLabel('Tank').inputValue(), '60');

  let calls = 0;
  await page.route('**/api/manage/ModifyDevice', async (route) => {
    calls += 1;
    if (calls === 2) await route.fetch(); // it arrived, and its answer was lost
    if (calls <= 2) await route.abort();
    else await route.continue();
  });
  const button = side(page).getByRole('button', { name: 'Save' });
  for (const _ of [1, 2]) {
    await button.click();
    await side(page).getByRole('alert').getByText('does not answer').waitFor();
    assert.equal(await side(page).getByLabel('Model').inputValue(), 'TK103');
    await side(page).getByLabel('Note').fill(`typed after ${calls}`);
    await side(page).getByRole('alert').waitFor({ state: 'detached' });
  }
  await side(page).getByLabel('Note').fill('Spare key in the office');
  await button.click();
  await side(page).locator('.set-dirty').waitFor({ state: 'detached' });
  const now = await fleet.admin.data('manage/GetDevice', { DeviceID: '864000000000002' });
  assert.deepEqual([now.Model, now.TankLitres, now.Note], ['TK103', 60, 'Spare key in the office']);
  seen.faults = seen.faults.filter((fault) => !fault.includes('ERR_FAILED'));
  assertClean(seen);
});

test('two people at one user: both are seen, a save is taken back, a deletion names whom', async (t) => {
  const LoginName = 'carla';
  const fields = { LoginName, PassWord: PASSWORD, Role: 'viewer' };
  const { UserID } = await fleet.admin.data('manage/AddUser', fields);
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openSettings(page, fleet.admin, 'users');
  await rowOf(page, 'carla').click();
  await side(page).getByLabel('Role').selectOption('operator');
  await fleet.admin.data('manage/ModifyUser', { UserID, LoginName: 'carla2', Role: 'admin' });
  await side(page).getByRole('button', { name: 'Save' }).click();
  await side(page).getByText('Somebody changed this meanwhile.').waitFor();
  await side(page).getByText('Meanwhile somebody set: Administrator').waitFor();
  assert.equal(await side(page).getByLabel('Login name').inputValue(), 'carla2');
  await side(page).getByLabel('North').check();
  await side(page).getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Undo' }).click(); // it is offered for some seconds
  await rowOf(page, 'carla2').getByText('Administrator').waitFor();
  await rowOf(page, 'carla2').getByText('all devices').waitFor();
  const audit = await fleet.admin.data('manage/ListAudit', { Key: 'ModifyUser' });
  assert.ok(
    audit.data.some(({ Detail }) => Detail.includes('operator')),
    'it was saved before',
  );
  await side(page).getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete carla2' }).click();
  await rowOf(page, 'carla2').waitFor({ state: 'detached' });
  const left = await fleet.admin.data('manage/ListUsers', { Key: 'carla' });
  assert.equal(left.total, 0);
  assertClean(seen);
});

test('the own password ends other logins, which are listed; a viewer manages nothing else', async (t) => {
  const fields = { LoginName: 'vera', PassWord: PASSWORD, Role: 'viewer' };
  await fleet.admin.data('manage/AddUser', fields);
  const elsewhere = await fleet.root.logIn('vera', PASSWORD);
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openSettings(page, await fleet.root.logIn('vera', PASSWORD), 'devices');
  await goTo(page, 'My account');
  for (const section of ['Devices', 'Groups', 'Users', 'SIM cards', 'Audit', 'Enterprises']) {
    assert.equal(await page.locator('.set-entry', { hasText: section }).count(), 0, section);
  }
  await page.locator('.set-table tbody tr').nth(1).waitFor();
  await page.getByRole('button', { name: 'Log out there' }).click();
  await eventually(page, async () => {
    assert.equal(await page.locator('.set-table tbody tr').count(), 1);
  });
  await assert.rejects(elsewhere.data('manage/GetMe', {}));
  await page.getByLabel('Current password').fill('not it');
  await page.getByLabel('New password', { exact: true }).fill('another-1');
  await page.getByLabel('New password again').fill('another-2');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('not the same').waitFor();
  await page.getByLabel('New password again').fill('another-1');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('not your password').waitFor();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Save' }).click();
  await eventually(page, async () => {
    assert.equal(await page.getByLabel('Current password').inputValue(), '');
  });
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await fleet.root.logIn('vera', 'another-1');
});

interface Shown {
  name: string;
  section: string;
  item?: string;
  asRoot?: boolean;
  /** As who has one enterprise, and none below it. */
  asLone?: boolean;
  open?(page: Page): Promise<void>;
}

const shown: Shown[] = [
  { name: 'sections', section: '' },
  { name: 'devices', section: 'devices', open: (page) => rowOf(page, 'Bravo').waitFor() },
  { name: 'device', section: 'devices', item: '864000000000001' },
  { name: 'device-new', section: 'devices', item: '%2B' },
  {
    name: 'file',
    section: 'devices',
    open: async (page) => {
      await page.getByRole('button', { name: /Import CSV|导入 CSV/ }).click();
      const lines = ['7001,A 1,North,60', '7002,A 2,Nowhere,60', '8.6E+14,A 3,,', '7001,A 4,,x'];
      await chooseFile(
        page,
        'fleet.csv',
        ['DeviceID,VehiclePlate,Group,TankLitres', ...lines].join('\n'),
      );
      await page.locator('.set-table.sheet .set-good').waitFor(); // once the groups are known
    },
  },
  { name: 'users', section: 'users', item: '%2B' },
  { name: 'enterprises', section: 'enterprises', asRoot: true },
  { name: 'enterprise-own', section: 'enterprises', asLone: true },
  { name: 'enterprise-new', section: 'enterprises', asRoot: true, item: '%2B' },
  {
    name: 'cards',
    section: 'sims',
    item: ICCID,
    open: (page) => page.locator('.set-status').waitFor(),
  },
  { name: 'unknown', section: 'unknown', asRoot: true },
  { name: 'audit', section: 'audit', open: (page) => page.locator('.set-time').first().waitFor() },
  { name: 'account', section: 'account', open: (page) => page.locator('.set-here').waitFor() },
];

async function take(pair: [View, View], states: readonly Shown[], t: TestContext): Promise<void> {
  const seen: Visit = await visit(t, server, optionsOf(pair[0], server.nowS()));
  for (const { name, section, item, asRoot, asLone, open } of states) {
    await setView(seen.page, pair[0]);
    const client = asRoot ? fleet.root : asLone ? lone : fleet.admin;
    const query = `${item ? `&item=${item}` : ''}${asRoot ? `&hold=${fleet.holdId}` : ''}`;
    await openSettings(seen.page, client, section, query);
    await open?.(seen.page);
    const barriers = await takePair(seen.page, `settings-${name}`, pair, () => settled(seen));
    assert.deepEqual(barriers, []);
  }
  assertClean(seen);
}

test('pictures of each section, without barriers', async (t) => {
  const taken = allPairs ? pairs : pairs.slice(0, 2);
  for (const [at, pair] of taken.entries()) {
    const some = shown.filter((_, place) => allPairs || place % taken.length === at);
    await take(pair, some, t);
  }
});

/** The drawer: the day, commands and locks, alarms, and what is set of a device. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import type { Client } from '../lib/client.ts';
import { DAY_CLOCK_S, driveDay, FAST_KMH, utcS } from '../lib/day.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { openOnline } from '../lib/pages.ts';
import { optionsOf, pairs, setView, takePair, type View } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';
import { DOORS, QUERY_POSITION, TEXT, Tracker } from '../lib/tracker.ts';

const TRUCK = '013900000001';
const BUS = '013900000002';
const PHONE = '865000000000001';
const LOCK_PASSWORD = '135790';
const STANDS = { lat: 48.7758, lon: 9.1829 };

const server = new Server({ clockS: DAY_CLOCK_S });
let fleet: Fleet;
let truck: Tracker;
const allPairs = process.env['ALL_PAIRS'] !== undefined;

after(closeBrowser);
after(() => server.close());
after(() => truck?.end());

before(async () => {
  await server.start();
  fleet = await Fleet.make(server);
  const Password = LOCK_PASSWORD;
  await fleet.add(TRUCK, 'HH-DO 80', { Password, Model: 'G10LS', SIM: '+4915112345678' });
  await fleet.add(BUS, 'S-BU 7');
  await fleet.add(PHONE, 'Courier');
  await fleet.report(PHONE, { ...STANDS, alarm: 'sos' });
  truck = await driveDay(server, TRUCK);
});

async function user(role: string): Promise<Client> {
  const LoginName = `${role}${fleet.holdId}`;
  await fleet.admin.data('manage/AddUser', { LoginName, PassWord: PASSWORD, Role: role });
  return await fleet.admin.logIn(LoginName, PASSWORD);
}

function openDrawer(page: Page, client: Client, id: string, tab = ''): Promise<void> {
  return openOnline(page, client, `&sel=${id}${tab && `&tab=${tab}`}`);
}

/** How the newest command went, by the records in the drawer. */
function newestState(page: Page) {
  return page.locator('.command-state').first();
}

async function focusByTab(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    const text = await page.evaluate(() => document.activeElement?.textContent);
    if (text === name) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`no key leads to ${name}`);
}

test('a lock at 80 km/h wants the plate, and goes out once; by keys alone', async (t) => {
  const operator = await user('operator');
  const seen = await visit(t, server);
  const { page } = seen;
  await openOnline(page, operator);
  await page.keyboard.press('/');
  await page.keyboard.type('do 80');
  await page.getByRole('option', { name: 'HH-DO 80' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Lock…' }).waitFor();
  await focusByTab(page, 'Lock…');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('alert').getByText(`It is moving at ${FAST_KMH} km/h.`).waitFor();
  await dialog.getByText('HH-DO 80', { exact: true }).waitFor();
  await dialog.getByText(/Hamburg/).waitFor();
  const unlock = dialog.locator('button[type=submit]');
  assert.equal(await unlock.textContent(), 'Unlock');
  await page.keyboard.type('HH-DO 8');
  assert.ok(await unlock.isDisabled());
  await page.keyboard.type('0');
  await page.keyboard.press('Tab');
  await page.keyboard.type('999999');
  await page.keyboard.press('Enter');
  await page.locator('.outcome.bad', { hasText: 'the password is wrong' }).waitFor();
  await dialog.waitFor({ state: 'detached' });

  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Lock…');
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Type HH-DO 80 to go on').fill('hhdo80');
  assert.ok(await unlock.isDisabled());
  await dialog.getByLabel('Type HH-DO 80 to go on').fill('hh-do80');
  await dialog.getByLabel('Password of the device').fill(LOCK_PASSWORD);
  await unlock.dblclick();
  await page.locator('.outcome.good').waitFor();
  const order = await truck.next(DOORS);
  assert.equal(order.body.toString('hex'), '00');
  await page.getByRole('tab', { name: 'Commands' }).click();
  await newestState(page).getByText('Sent').waitFor();
  const place = { lat: 53.55, lon: 9.9667, kmh: FAST_KMH, ignition: true };
  await truck.answerPlace(0x0500, order, { ...place, timeS: server.nowS() });
  await newestState(page).getByText('Answered').waitFor();
  assert.equal(truck.sent.filter(({ id }) => id === DOORS).length, 1, 'the second click is none');

  await page.getByRole('button', { name: 'Cut the engine…' }).click();
  await dialog.getByLabel('Type HH-DO 80 to go on').fill('HH-DO 80');
  await dialog.locator('button[type=submit]').click();
  await page.locator('.outcome.bad', { hasText: /vehicle is moving|no recent position/ }).waitFor();
  assertClean(seen);
});

test('a viewer sees no command', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await openDrawer(page, await user('viewer'), TRUCK, 'commands');
  await page
    .getByText(/^53\.\d{6}, 9\./)
    .first()
    .waitFor(); // the first tab, in its place
  await page.getByRole('tab', { name: 'Device' }).click();
  await page.getByText('jt808').waitFor(); // all that an operator is shown is known now
  assert.deepEqual(await page.getByRole('tab').allTextContents(), [
    'Now',
    'Today',
    'Alarms',
    'Device',
  ]);
  const buttons = await page.locator('.drawer button').allTextContents();
  assert.ok(!buttons.some((text) => /Lock|Edit|Cut|Send/.test(text)), buttons.join());
  await page.getByRole('tab', { name: 'Alarms' }).click();
  await page.getByText(/^No alarm in the last 7 days\./).waitFor();
  assertClean(seen);
});

test('a text is sent and answered, one that waits is taken back, and a lock is not kept', async (t) => {
  const bus = await Tracker.connect(server, BUS);
  t.after(() => bus.end());
  await fleet.admin.data('manage/ModifyDevice', { DeviceID: BUS, Password: LOCK_PASSWORD });
  await bus.report({ ...STANDS, timeS: server.nowS() - 600 });
  const seen = await visit(t, server);
  const { page } = seen;
  await openDrawer(page, fleet.admin, BUS, 'commands');
  await page.getByLabel('Text to the device', { exact: true }).fill('STATUS');
  await page.getByRole('button', { name: 'Send…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('nobody knows whether it is moving').waitFor();
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  const text = await bus.next(TEXT);
  await bus.receive(text);
  await bus.answerText('ACC:ON');
  await page.locator('.command-row', { hasText: 'ACC:ON' }).locator('.answered').waitFor();

  await page.getByRole('button', { name: 'Query status' }).click();
  const query = await bus.next(QUERY_POSITION);
  await bus.answerPlace(0x0201, query, { ...STANDS, timeS: server.nowS() - 600 });
  const queries = page.locator('.command-row', { hasText: 'Query status' });
  await queries.locator('.answered').waitFor();

  await bus.end();
  await page.getByText('The device is not connected.').waitFor();
  await page.getByRole('button', { name: 'Query status' }).click();
  await queries.locator('.queued').waitFor();
  await page.getByRole('button', { name: 'Take back' }).click();
  await queries.locator('.cancelled').waitFor();

  await page.getByRole('button', { name: 'Unlock…', exact: true }).click();
  await dialog.getByText('nobody knows whether it is moving').waitFor();
  await dialog.getByLabel('Type S-BU 7 to go on').fill('S-BU 7');
  await dialog.getByLabel('Password of the device').fill(LOCK_PASSWORD);
  await dialog.locator('button[type=submit]').click();
  await page.locator('.outcome.bad', { hasText: 'The device is offline.' }).waitFor();

  await page.getByRole('button', { name: 'Timed unlock…' }).click();
  await dialog.getByText('A time in Europe/Berlin.').waitFor();
  await dialog.getByLabel('Type S-BU 7 to go on').fill('S-BU 7');
  await dialog.getByLabel('When it opens').fill('2026-10-26T08:30');
  await dialog.getByLabel('Password of the device').fill(LOCK_PASSWORD);
  await dialog.locator('button[type=submit]').click();
  await page.locator('.outcome.good', { hasText: '2026-10-26 08:30:00' }).waitFor();
  await page.locator('.command-row', { hasText: 'for 2026-10-26 08:30:00' }).waitFor();
  assertClean(seen);
});

test('a day of 25 hours shows both passes of the hour that comes twice', async (t) => {
  const seen = await visit(t, server, { timezoneId: 'America/New_York' });
  const { page } = seen;
  await openDrawer(page, fleet.admin, TRUCK, 'today');
  await page.getByText('2026-10-25, 25 hours · Europe/Berlin').waitFor();
  const night = page.locator('.span-list li', { hasText: '02:10 – 02:5' });
  await night.getByText(/1 h 4\d/).waitFor();
  const bar = await page.locator('.day-parts .driving').evaluateAll((parts) =>
    parts.map((part) => {
      const { left, width } = (part as HTMLElement).style;
      return [Number.parseFloat(left), Number.parseFloat(width)];
    }),
  );
  const share = (fromS: number, toS: number) => ((toS - fromS) / (25 * 3600)) * 100;
  const [left = 0, width = 0] = bar[0] ?? [];
  assert.ok(Math.abs(left - share(utcS('00:10:00') - 130 * 60, utcS('00:10:00'))) < 0.2, `${bar}`);
  assert.ok(Math.abs(width - share(utcS('00:10:00'), utcS('01:51:00'))) < 0.2, `${bar}`);
  assert.equal(bar.length, 2);
  await page.locator('.day-totals', { hasText: 'Fastest' }).getByText('80 km/h').waitFor();
  await night.getByRole('button').click();
  await page.locator('body[data-page=history]').waitFor();
  const asked = new URL(page.url()).searchParams;
  assert.deepEqual(
    ['fun', 'sel', 'from', 't'].map((name) => asked.get(name)),
    ['3', TRUCK, '2026-10-25', String(utcS('00:10:00'))],
  );
  assertClean(seen);
});

test('an alarm is acknowledged with a note, and all see it', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await openDrawer(page, fleet.admin, PHONE, 'alarms');
  await page.getByRole('heading', { name: 'Active' }).waitFor();
  const row = page.locator('.alarm-row', { hasText: 'SOS' });
  await row.getByText(/ ago/).waitFor();
  await row.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByLabel('Note, or nothing').fill('Called, a mistake');
  await page.keyboard.press('Enter');
  await row.getByText('Called, a mistake').waitFor();
  const listed = await fleet.admin.data('manage/ListAlarms', { DeviceIDs: PHONE });
  assert.equal(listed.data[0]?.Note, 'Called, a mistake');
  await page.keyboard.press('b');
  await page.locator('.alarm-row', { hasText: 'Courier' }).getByText('Called, a mistake').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.getByRole('heading', { name: 'Courier' }).waitFor();
  assertClean(seen);
});

test('what somebody else changed meanwhile is told, and nothing that was typed is lost', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await openDrawer(page, fleet.admin, PHONE, 'device');
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Note').fill('mine');
  await page.getByLabel('Object code').fill('C-1');
  const theirs = { DeviceID: PHONE, Note: 'theirs', Model: 'Pixel' };
  await fleet.admin.data('manage/ModifyDevice', theirs);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody changed this meanwhile.').waitFor();
  await page.getByText('Meanwhile somebody set: theirs').waitFor();
  assert.equal(await page.getByLabel('Note').inputValue(), 'mine');
  assert.equal(await page.getByLabel('Model').inputValue(), 'Pixel');
  await page.getByLabel('Its clock, minutes').fill('soon');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('not a number').waitFor();
  await page.getByLabel('Its clock, minutes').fill('');
  await page.getByLabel('Plate').fill('HH-DO 80');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('is taken').waitFor();
  await page.getByLabel('Plate').fill('Courier 2');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Courier 2' }).waitFor();
  await page.locator('.values', { hasText: 'Pixel' }).getByText('mine').waitFor();
  const now = await fleet.admin.data('manage/GetDevice', { DeviceID: PHONE });
  assert.deepEqual([now.Note, now.Model, now.ObjectCode], ['mine', 'Pixel', 'C-1']);
  await fleet.admin.data('manage/ModifyDevice', { DeviceID: PHONE, VehiclePlate: 'Courier' });
  assertClean(seen);
});

interface Shown {
  name: string;
  id: string;
  tab: string;
  open?(page: Page): Promise<void>;
}

async function waitForCommands(page: Page): Promise<void> {
  await page.locator('.command-part').first().waitFor();
  await page.locator('.command-list').waitFor({ state: 'attached' });
}

const shown: Shown[] = [
  {
    name: 'today',
    id: TRUCK,
    tab: 'today',
    open: (page) => page.locator('.span-list li').first().waitFor(),
  },
  { name: 'commands', id: TRUCK, tab: 'commands', open: waitForCommands },
  {
    name: 'lock',
    id: TRUCK,
    tab: '',
    open: async (page) => {
      await page.locator('.drawer-actions .danger').click();
      await page
        .getByRole('dialog')
        .getByText(/Hamburg|汉堡/)
        .waitFor();
    },
  },
  {
    name: 'form',
    id: TRUCK,
    tab: 'device',
    open: (page) => page.getByRole('button', { name: /^(Edit|编辑)$/ }).click(),
  },
  {
    name: 'note',
    id: PHONE,
    tab: 'alarms',
    open: (page) => page.locator('.alarm-row.open .icon-button').first().click(),
  },
  { name: 'away', id: BUS, tab: 'commands', open: waitForCommands },
];

async function show(page: Page, { id, tab, open }: Shown): Promise<void> {
  await openDrawer(page, fleet.admin, id, tab);
  await page.getByRole('tab').first().waitFor();
  await open?.(page);
}

async function take(pair: [View, View], states: Shown[], t: TestContext): Promise<void> {
  const seen = await visit(t, server, optionsOf(pair[0], server.nowS()));
  for (const state of states) {
    await setView(seen.page, pair[0]);
    await show(seen.page, state);
    const rest = () => settled(seen);
    assert.deepEqual(await takePair(seen.page, `drawer-${state.name}`, pair, rest), []);
  }
  assertClean(seen);
}

for (const [i, pair] of pairs.entries()) {
  test(`pictures of the drawer: ${pair[0].name}, ${pair[1].name}`, async (t) => {
    await fleet.report(PHONE, { ...STANDS, alarm: 'lowBattery' });
    const states = shown.filter((_, place) => allPairs || place % pairs.length === i);
    await take(pair, states, t);
  });
}

/** A vehicle shared by a link: who makes it, the stranger who opens it, and its end. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, settled, type Visit, visit } from '../lib/browser.ts';
import { DAY_CLOCK_S, driveDay } from '../lib/day.ts';
import { Fleet } from '../lib/fleet.ts';
import { ask } from '../lib/http.ts';
import { mapRests, openMap } from '../lib/map.ts';
import { eventually, openOnline, rowOf } from '../lib/pages.ts';
import { optionsOf, pairs, picture, takePair, type View } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';
import type { Tracker } from '../lib/tracker.ts';

const TRUCK = '013900000001';
const SECRET = '013900000002';
const NEW = '013900000003';
/** What moves on a map is drawn without a graphics card. */
const STILL = { reducedMotion: 'reduce' as const };
const server = new Server({ clockS: DAY_CLOCK_S });
let fleet: Fleet;
let truck: Tracker;

after(closeBrowser);
after(() => truck.end());
after(() => server.close());

before(async () => {
  await server.start();
  fleet = await Fleet.make(server);
  await fleet.add(TRUCK, 'HH-DO 80', { SIM: '+4915112345678', Note: 'spare key' });
  await fleet.add(SECRET, 'HH-XX 99');
  await fleet.report(SECRET, { lat: 53.5, lon: 9.9 });
  await fleet.add(NEW, 'HH-NW 3');
  truck = await driveDay(server, TRUCK);
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

/** What calls with the token of a link must never say. */
const KEPT_BACK = ['HH-XX 99', SECRET, '4915112345678', 'spare key', 'Harbour Freight'];

/** Calls that a stranger may try: all but those of the page are refused, and nothing else is told. */
const TRIED: [string, object][] = [
  ['manage/GetMe', {}],
  ['manage/GetDevice', { DeviceID: SECRET }],
  ['manage/ListDevices', { PageIndex: 1, PageSize: 10 }],
  ['manage/ListAlarms', { DeviceIDs: SECRET, PageIndex: 1, PageSize: 10 }],
  ['manage/ListShares', {}],
  ['manage/ListUsers', { PageIndex: 1, PageSize: 10 }],
  ['manage/AddShare', { DeviceIDs: [SECRET], Until: '2026-12-01 00:00:00' }],
  ['manage/ModifyDevice', { DeviceID: TRUCK, VehiclePlate: 'mine' }],
  ['manage/DeleteDevice', { DeviceID: TRUCK }],
  ['vehicle/GetDeviceList', { PageIndex: 1, PageSize: 10 }],
  ['vehicle/GetCurrentVehicleInfoByDeviceIDs', { DeviceIDs: '' }],
  ['vehicle/GetCurrentVehicleInfoByDeviceIDs', { DeviceIDs: SECRET }],
  ['snapshot', {}],
  ['snapshot', { ids: SECRET }],
];

async function tryCall(token: string, method: string, fields: object): Promise<string> {
  const headers = { Authorization: token };
  const body = JSON.stringify(fields);
  return (await ask(`${server.url}/api/${method}`, { method: 'POST', headers, body })).body;
}

async function tryCalls(token: string): Promise<string[]> {
  const answers: string[] = [];
  for (const [method, fields] of TRIED) answers.push(await tryCall(token, method, fields));
  for (const path of [
    `export?DeviceID=${SECRET}&format=csv&StartTime=2026-10-25 00:00:00&EndTime=2026-10-25 23:00:00`,
    'export?kind=devices&format=csv',
  ]) {
    const url = `${server.url}/api/${path.replaceAll(' ', '%20')}`;
    answers.push((await ask(url, { headers: { Authorization: token } })).body);
  }
  return answers;
}

test('the long story of a stranger with a link, which is ended under his eyes', async (t) => {
  const owner = await visit(t, server, { ...STILL, clockS: server.nowS() });
  await openMap(owner.page, fleet.admin, '', `&sel=${TRUCK}`);
  await owner.page.getByRole('button', { name: 'Share', exact: true }).click();
  await owner.page.getByRole('button', { name: '1 hour' }).click();
  const url = await makeLink(owner.page);
  assert.match(url, /\/s\/[0-9A-F]{32}$/);
  const token = url.slice(-32);

  const stranger = await visit(t, server, { clockS: server.nowS() });
  const { page } = stranger;
  const heard: string[] = [];
  page.on('response', (answer) => {
    if (!answer.url().includes('/api/')) return;
    answer.text().then(
      (text) => heard.push(text),
      () => undefined,
    );
  });
  // the vehicle alone, already chosen, and when it ends
  await page.goto(url);
  await page.getByText(/Shared until \d\d:\d\d/).waitFor();
  const card = page.locator('.shared-one');
  await card.getByRole('heading', { name: 'HH-DO 80' }).waitFor();
  await card.getByText('80 km/h').waitFor();
  await card.getByText('Hamburg, Germany').waitFor();
  await card.getByText(/^Position of .* ago$/).waitFor();
  await page.getByText('Natural Earth').waitFor();
  await mapRests(page);
  assert.equal(new URL(page.url()).searchParams.get('sel'), TRUCK);
  await settled(stranger);
  await assertBare(page);
  assert.deepEqual(await findBarriers(page), []);

  // it drives on, and the map goes with it
  await truck.report({ lat: 53.63, lon: 10.02, kmh: 57, ignition: true, timeS: server.nowS() });
  await card.getByText('57 km/h').waitFor();
  await eventually(page, async () => {
    const [, lat] = (new URL(page.url()).searchParams.get('v') ?? '').split('/').map(Number);
    assert.ok(Math.abs((lat ?? 0) - 53.63) < 0.02, page.url());
  });

  // whatever he writes into the address, it is this vehicle that he sees, or a login
  for (const query of [
    `?fun=1&ids=${SECRET}&sel=${SECRET}`,
    `?fun=3&sel=${SECRET}&q=nobody&f=alarm`,
    '?fun=4&kiosk=1',
    '?set=users&tab=device',
    '?fun=2&fence=list',
  ]) {
    await page.goto(`${url}${query}`);
    await card.getByRole('heading', { name: 'HH-DO 80' }).waitFor();
    await settled(stranger);
    await assertBare(page);
    for (const key of ['b', '?', '/', 'g', 'o', 'g', 's']) await page.keyboard.press(key);
    await assertBare(page);
  }
  for (const path of ['/', '/api?fun=1', `/api?fun=2&ids=${TRUCK}`]) {
    await page.goto(path);
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  }
  await page.goto(`/api?fun=1&key=${token}&ids=${SECRET}`); // the token as a key tells no more
  await page.getByText(/Shared until/).waitFor();
  await settled(stranger);
  for (const text of [...(await tryCalls(token)), ...heard]) {
    for (const word of KEPT_BACK) assert.ok(!text.includes(word), `${word} in ${text}`);
  }
  const { data: links } = await fleet.admin.data('manage/ListShares', {});
  assert.equal(links.length, 1);

  // its end, under his eyes
  await page.goto(url);
  await card.getByRole('heading', { name: 'HH-DO 80' }).waitFor();
  await mapRests(page);
  await owner.page.getByRole('button', { name: 'End the link of HH-DO 80' }).click();
  await owner.page.getByText('There are no active links.').waitFor();
  await owner.page.locator('.share-link').waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'This link has ended' }).waitFor();
  assert.equal(await page.getByText('HH-DO 80').count(), 0);
  assert.equal(await page.locator('canvas').count(), 0);
  assert.deepEqual(await findBarriers(page), []);
  // a few: an address may try so many tokens that are none, and is then told to wait
  for (const [method, fields] of TRIED.slice(0, 4)) {
    const text = await tryCall(token, method, fields);
    assert.equal(JSON.parse(text).Code, 401, text);
  }
  assertClean(owner);
});

/** Nothing of an operator's page, and nothing of what is not shared. */
async function assertBare(page: Page): Promise<void> {
  for (const hidden of KEPT_BACK) assert.equal(await page.getByText(hidden).count(), 0, hidden);
  const names = ['Share', 'Alarms', 'Log out', 'Account', 'Layers', 'Measure', 'Settings'];
  for (const name of names) {
    assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
  }
  for (const part of ['.rail', '.drawer', '.legend', '.counters', '#search', 'dialog', '.wall']) {
    assert.equal(await page.locator(part).count(), 0, part);
  }
}

test('several vehicles of a link are a list; one that never told its place says so', async (t) => {
  const until = new Date((server.nowS() + 7200) * 1000).toISOString();
  const path = async (ids: string[]) =>
    (await fleet.admin.data('manage/AddShare', { DeviceIDs: ids, Until: until })).Path;
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await page.goto(await path([TRUCK, NEW]));
  await rowOf(page, 'HH-DO 80').click();
  await mapRests(page);
  await page.locator('.row.selected').filter({ hasText: 'HH-DO 80' }).waitFor();
  assert.equal(await page.locator('[data-row]').count(), 2);
  await picture(page, 'shared-several-light-en-desk');
  await assertBare(page);
  await page.goto(await path([NEW]));
  await page.getByText('It has not told yet where it is.').waitFor();
  await settled(seen);
  assert.deepEqual(await findBarriers(page), []);
  await endAll();
  assertClean(seen);
});

test('days of the history are shared with their address, and saved as a file', async (t) => {
  const owner = await visit(t, server, { ...STILL, clockS: DAY_CLOCK_S });
  await owner.page.goto(`/api?fun=3&key=${fleet.admin.token}&sel=${TRUCK}`);
  await owner.page.getByRole('button', { name: 'Export' }).click();
  await owner.page.getByRole('button', { name: 'Share these days' }).click();
  const url = await makeLink(owner.page);
  assert.match(url, /fun=3&sel=013900000001&from=[\d-]+&to=[\d-]+$/);

  const stranger = await visit(t, server, {
    ...{ ...STILL, clockS: DAY_CLOCK_S, acceptDownloads: true },
  });
  const { page } = stranger;
  await openLink(page, url);
  await page.locator('main.history[data-fixes]:not([data-fixes="0"])').waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  assert.equal(await page.getByRole('button', { name: 'Share these days' }).count(), 0);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const file = readFileSync(await (await saved).path(), 'utf8');
  assert.ok(file.includes(TRUCK) && !file.includes(SECRET));
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await page.locator('.shared-one').getByText('HH-DO 80').waitFor();
  assertClean(owner);
  assertClean(stranger);
  await endAll();
});

test('a link ends by the clock, also where the server is not heard', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: DAY_CLOCK_S });
  await openLink(seen.page, await shareTruck(false));
  await seen.page.locator('.shared-one').getByText('HH-DO 80').waitFor();
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

/** Brings up the dialog; a page of another language has made it anew, or closed it. */
async function openDialog({ page }: Visit): Promise<void> {
  if (await page.locator('.share-links').isVisible()) return;
  await page
    .locator('.drawer-actions')
    .getByRole('button', { name: /^(Share|分享)$/ })
    .click();
  await page.locator('.share-links').waitFor();
}

async function takePictures(t: TestContext, pair: [View, View]): Promise<void> {
  const owner = await visit(t, server, optionsOf(pair[0], DAY_CLOCK_S));
  const stranger = await visit(t, server, optionsOf(pair[0], DAY_CLOCK_S));
  const take = ({ page }: Visit, name: string, rest: () => Promise<void>) =>
    takePair(page, name, pair, rest);
  await openOnline(owner.page, fleet.admin, `&sel=${TRUCK}`);
  const barriers = await take(owner, 'share-dialog', async () => {
    await openDialog(owner);
    await settled(owner);
  });
  await owner.page.locator('.dialog button[type=submit]').click();
  const made = async () => {
    await owner.page.locator('.share-link').waitFor();
    await settled(owner);
  };
  barriers.push(...(await takePair(owner.page, 'share-made', [pair[1], pair[0]], made)));
  await openLink(stranger.page, await shareTruck(true));
  const shared = async () => {
    await stranger.page.locator('.shared-place').getByText(/\S/).waitFor();
    await mapRests(stranger.page);
    await settled(stranger);
  };
  barriers.push(...(await take(stranger, 'shared', shared)));
  await endAll();
  const over = stranger.page.locator('.share-over');
  barriers.push(
    ...(await takePair(stranger.page, 'shared-over', [pair[1], pair[0]], () => over.waitFor())),
  );
  assert.deepEqual(barriers, []);
}

for (const pair of pairs.filter((_, n) => n % 2 === 0)) {
  test(`pictures, ${pair[0].name}, ${pair[1].name}`, (t) => takePictures(t, pair));
}

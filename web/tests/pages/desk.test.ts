/** The alarm desk: whose alarms it shows, how many wait, and the sound of a new one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, visit } from '../lib/browser.ts';
import { Fleet } from '../lib/fleet.ts';
import { eventually } from '../lib/pages.ts';
import { CLOCK_S } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';

const MANY = 70;
const KINDS = 'sos,overspeed,lowBattery';
const server = new Server({ clockS: CLOCK_S });
let port: Fleet;
let quay: Fleet;

after(closeBrowser);
after(() => server.close());
before(async () => {
  await server.start();
  port = await Fleet.make(server, { name: 'Port' });
  quay = await Fleet.make(server, { name: 'Quay', ParentHoldID: port.holdId });
  await port.add('867100000000001', 'Porter');
  await quay.add('867200000000001', 'Quayer');
  await port.report('867100000000001', { alarm: 'sos' });
  await quay.report('867200000000001', { alarm: 'sos' });
});

const row = (page: Page, plate: string) => page.getByRole('listitem').filter({ hasText: plate });

async function openDesk(page: Page, fleet: Fleet, first: string): Promise<void> {
  await page.goto(`/api?set=desk&key=${fleet.admin.token}`);
  await row(page, first).first().waitFor();
}

async function chooseQuay(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Enterprise: / }).click();
  await page.getByRole('option', { name: 'Quay' }).click();
}

test('of another enterprise nothing of the one before is left, and nothing of it stays open', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openDesk(page, port, 'Porter');
  await page.getByRole('checkbox', { name: /^Mark / }).check();
  let letGo = () => {};
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  await page.route('**/api/manage/ListAlarms', async (route) => {
    await held;
    await route.continue();
  });
  await chooseQuay(page);
  await row(page, 'Porter').waitFor({ state: 'detached' });
  assert.equal(await row(page, 'Quayer').count(), 0, 'it is not read yet');
  letGo();
  await row(page, 'Quayer').waitFor();
  assert.equal(await page.getByText('1 marked').count(), 0);
  assertClean(seen);

  const other = await visit(t, server, { clockS: server.nowS() });
  const open = '&set=rules&item=device.867100000000001';
  await other.page.goto(`/api?key=${port.admin.token}${open}`);
  await other.page.locator('.rule-row').first().waitFor();
  await chooseQuay(other.page);
  await other.page.getByRole('button', { name: 'Enterprise: Quay' }).waitFor();
  assert.equal(new URL(other.page.url()).searchParams.get('item'), null);
  await other.page.locator('.rule-row').first().waitFor();
  assertClean(other);
});

test('all that wait are counted and marked, not those alone that are shown', async (t) => {
  const many = await Fleet.make(server, { name: 'Many' });
  const ids = Array.from({ length: MANY }, (_, n) => `8673000000${10000 + n}`);
  await many.admin.data('manage/AddDevices', { Devices: ids.map((DeviceID) => ({ DeviceID })) });
  for (const id of ids) await many.report(id, { alarm: KINDS });
  const all = MANY * KINDS.split(',').length;
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await openDesk(page, many, ids[MANY - 1] as string);
  await page.getByRole('checkbox', { name: `All that wait (${all})` }).check();
  await page.getByText(`${all} marked`).waitFor();
  await page.getByRole('button', { name: `Acknowledge ${all}` }).click();
  await page.getByText('Nothing to do').waitFor();
  const fields = { Acknowledged: false, StartTime: '2026-01-01 00:00:00' };
  assert.equal((await many.admin.data('manage/ListAlarms', fields)).total, 0);
  assertClean(seen);
});

/** When tones began in a page, in its own milliseconds. */
const COUNT_TONES = `
  globalThis.tones = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...rest) {
    globalThis.tones.push(performance.now());
    return start.apply(this, rest);
  };`;
const REST_MS = 5000;
const TONES = 2;

test('a new alarm sounds where somebody asked for it, and again after five seconds at the soonest', async (t) => {
  const loud = await Fleet.make(server, { name: 'Loud' });
  const ids = Array.from({ length: 6 }, (_, n) => `86740000000000${n}`);
  for (const id of ids) await loud.add(id, `L ${id.at(-1)}`);
  const seen = await visit(t, server, { clockS: server.nowS() });
  const { page } = seen;
  await page.addInitScript(COUNT_TONES);
  await page.goto(`/api?set=desk&key=${loud.admin.token}`);
  const tones = () => page.evaluate(() => (globalThis as unknown as { tones: number[] }).tones);
  const alarm = async (n: number) => {
    await loud.report(ids[n] as string, { alarm: 'sos' });
    await page.getByRole('button', { name: `Alarms: ${n + 1}` }).waitFor();
  };
  await alarm(0);
  assert.deepEqual(await tones(), [], 'nobody asked for it');
  await page.getByRole('button', { name: 'Sound', exact: true }).click();
  await eventually(page, async () => assert.equal((await tones()).length, TONES));
  for (const n of [1, 2, 3, 4]) await alarm(n);
  await eventually(page, async () => assert.ok((await tones()).length >= 2 * TONES));
  // two tones are one sound; that of the button is none of an alarm
  const sounds = (await tones()).filter((_, n) => n % TONES === 0).slice(1);
  for (const [n, at] of sounds.slice(1).entries()) {
    assert.ok(at - (sounds[n] as number) >= REST_MS, `${sounds}`);
  }
  const before = (await tones()).length;
  await page.clock.fastForward(REST_MS + 1000);
  await alarm(5);
  await eventually(page, async () => assert.ok((await tones()).length >= before + TONES));
  assertClean(seen);
});

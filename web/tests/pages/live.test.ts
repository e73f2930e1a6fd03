/** The live stream in a browser: many tabs on one connection, a server that goes and comes back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { closeBrowser, visit } from '../lib/browser.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { openOnline, rowOf, speedOf } from '../lib/pages.ts';
import { serve } from '../lib/server.ts';

after(closeBrowser);

const CAR = '863000000000001';
const OTHER_CAR = '863000000000002';
const TABS = 8; // a browser has six connections to a server

/** What the top bar says of a stream that stands. */
function saysLive(page: Page) {
  return page.getByText(/^Live · /);
}

test('eight tabs are live, say so when the server dies, and go on when it is back', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  await fleet.add(CAR, 'Alpha');
  await fleet.report(CAR, { kmh: 40, ignition: true });
  const seen = await visit(t, server);
  const { page } = seen;
  await page.goto('/?fun=1');
  await page.getByLabel('Name').fill(fleet.loginName);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await rowOf(page, 'Alpha').waitFor();
  const more = Array.from({ length: TABS - 1 }, async () => {
    const tab = await page.context().newPage();
    await tab.goto('/?fun=1');
    return tab;
  });
  const tabs = [page, ...(await Promise.all(more))];
  const allShow = (speed: string) =>
    Promise.all(tabs.map((tab) => speedOf(tab, 'Alpha').getByText(speed).waitFor()));
  await allShow('40 km/h');
  await fleet.report(CAR, { kmh: 77 });
  await allShow('77 km/h');

  await server.end('SIGKILL');
  await Promise.all(tabs.map((tab) => tab.getByText('No data from the server').waitFor()));
  await server.start();
  await Promise.all(tabs.map((tab) => saysLive(tab).waitFor()));
  await fleet.report(CAR, { kmh: 55 });
  await allShow('55 km/h');

  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByText('Log out').click();
  await Promise.all(tabs.map((tab) => tab.getByLabel('Name').waitFor()));
  const pictures = await page.evaluate(
    () =>
      new Promise<number>((done) => {
        const asked = indexedDB.open('odograph');
        asked.onsuccess = () => {
          const count = asked.result.transaction('fleets').objectStore('fleets').count();
          count.onsuccess = () => done(count.result);
        };
      }),
  );
  assert.equal(pictures, 0, 'nothing of the fleet stays on the browser');
});

test('a page without shared workers has a stream of its own', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  await fleet.add(CAR, 'Alpha');
  const seen = await visit(t, server);
  const { page } = seen;
  await page.addInitScript('delete window.SharedWorker');
  await openOnline(page, fleet.admin);
  await rowOf(page, 'Alpha').getByText('Never').waitFor();
  await fleet.report(CAR, { kmh: 30, ignition: true });
  await speedOf(page, 'Alpha').getByText('30 km/h').waitFor();
});

test('a silent server greys what is shown, and leaves it what it was', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  await fleet.add(CAR, 'Alpha');
  await fleet.report(CAR, { kmh: 30, ignition: true });
  const seen = await visit(t, server, { clockS: Math.floor(Date.now() / 1000) });
  const { page } = seen;
  await openOnline(page, fleet.admin);
  await rowOf(page, 'Alpha').getByText('Moving').waitFor();
  await saysLive(page).waitFor();
  await server.end('SIGKILL');
  await page.clock.fastForward('02:05');
  await page.locator('.live-bar.old').waitFor();
  assert.equal(await page.locator('.page.is-old').count(), 1);
  await page.clock.fastForward('15:00');
  await rowOf(page, 'Alpha')
    .getByText(/^(1[7-9]|2\d) min$/)
    .first()
    .waitFor();
  assert.match((await rowOf(page, 'Alpha').textContent()) ?? '', /Moving/);
});

test('a silent vehicle goes offline by itself', async (t) => {
  const beganS = Math.floor(Date.now() / 1000);
  const server = await serve(t, { clockS: beganS });
  const fleet = await Fleet.make(server);
  await fleet.add(CAR, 'Alpha');
  await fleet.add(OTHER_CAR, 'Bravo');
  await fleet.report(CAR, { kmh: 30, ignition: true });
  const { page } = await visit(t, server);
  await openOnline(page, fleet.admin);
  await rowOf(page, 'Alpha').getByText('Moving').waitFor();
  server.setClock(beganS + 17 * 60);
  await fleet.report(OTHER_CAR, { kmh: 20, ignition: true });
  await rowOf(page, 'Alpha').getByText('Offline').waitFor();
  await rowOf(page, 'Bravo').getByText('Moving').waitFor();
});

test('what changed while a server was away for a moment is shown, also of a quiet fleet', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  await fleet.add(CAR, 'Alpha');
  await fleet.report(CAR, { kmh: 30, ignition: true, age: 60 });
  const seen = await visit(t, server);
  const { page } = seen;
  await openOnline(page, fleet.admin);
  await speedOf(page, 'Alpha').getByText('30 km/h').waitFor();
  await saysLive(page).waitFor(); // and nothing was told yet
  await server.end('SIGKILL');
  await server.start();
  await fleet.report(CAR, { kmh: 91 });
  await speedOf(page, 'Alpha').getByText('91 km/h').waitFor();
});

test('a tab that was in the background for a quarter of an hour is right once it is back', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  await fleet.add(CAR, 'Alpha');
  await fleet.report(CAR, { kmh: 30, ignition: true, age: 60 });
  const seen = await visit(t, server, { clockS: Math.floor(Date.now() / 1000) });
  const { page } = seen;
  await page.addInitScript(() => {
    Object.assign(window, { visibility: 'visible' });
    Reflect.deleteProperty(window, 'SharedWorker'); // whose clock no test can move
    Object.defineProperty(document, 'visibilityState', {
      get: () => (window as unknown as { visibility: string }).visibility,
    });
  });
  const turn = (visibility: string) =>
    page.evaluate((state) => {
      Object.assign(window, { visibility: state });
      document.dispatchEvent(new Event('visibilitychange'));
    }, visibility);
  await openOnline(page, fleet.admin);
  await speedOf(page, 'Alpha').getByText('30 km/h').waitFor();
  await turn('hidden');
  const closed = page.waitForEvent('requestfailed', (asked) => asked.url().endsWith('/api/live'));
  await page.clock.fastForward('15:00');
  await closed; // nobody looks: the stream is given back
  await fleet.report(CAR, { kmh: 88, age: 2 });
  await fleet.add(OTHER_CAR, 'Bravo');
  await turn('visible');
  await speedOf(page, 'Alpha').getByText('88 km/h').waitFor();
  await rowOf(page, 'Bravo').waitFor();
  await saysLive(page).waitFor();
});

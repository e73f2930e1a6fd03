/** What could not be read while the server was away comes by itself once it is back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, visit } from '../lib/browser.ts';
import { Fleet } from '../lib/fleet.ts';
import { openOnline } from '../lib/pages.ts';
import { CLOCK_S } from '../lib/pictures.ts';
import { serve } from '../lib/server.ts';

const VEHICLES = 30;
const idOf = (n: number) => `8675000000${10000 + n}`;
const plateOf = (n: number) => `V ${String(n).padStart(2, '0')}`;

after(closeBrowser);

test('a day, and a list of the settings; any vehicle is in reach of the history', async (t) => {
  const server = await serve(t, { clockS: CLOCK_S });
  const fleet = await Fleet.make(server);
  const Devices = Array.from({ length: VEHICLES }, (_, n) => {
    return { DeviceID: idOf(n), VehiclePlate: plateOf(n) };
  });
  await fleet.admin.data('manage/AddDevices', { Devices });
  await fleet.addGroup('North');
  await fleet.report(idOf(0), { kmh: 30, age: 600 });
  await fleet.report(idOf(0), { kmh: 0 });
  const { page } = await visit(t, server, { clockS: server.nowS() });
  await openOnline(page, fleet.admin);
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  const list = page.locator('.vehicle-list li');
  await list.nth(VEHICLES - 1).waitFor();
  const last = page.getByRole('button', { name: plateOf(VEHICLES - 1) });
  await last.scrollIntoViewIfNeeded();
  await page.keyboard.press('g');
  await page.keyboard.press('o');

  await page.goto(`/api?set=account&key=${fleet.admin.token}`);
  await page.getByRole('heading', { name: 'My account', level: 2 }).waitFor();
  await server.end('SIGKILL');
  await page.getByRole('button', { name: 'Groups' }).click();
  await page.getByText('The list could not be read.').waitFor();
  await server.start();
  await page.getByRole('button', { name: 'North' }).waitFor();

  await page.getByRole('button', { name: 'History' }).click();
  await list.first().waitFor();
  await server.end('SIGKILL');
  await page.getByRole('button', { name: plateOf(0) }).click();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await server.start();
  await page.getByRole('button', { name: 'Try again' }).waitFor({ state: 'detached' });
  await page.locator('.entries').getByText(/km/).first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get('sel'), idOf(0));
});

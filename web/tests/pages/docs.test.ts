/** /docs and /docs/devices: made of what the server says, tried against it, for everybody. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, settled, type Visit, visit } from '../lib/browser.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { eventually } from '../lib/pages.ts';
import { picture } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';

after(closeBrowser);

const server = new Server();
await server.start();
after(() => server.close());
const fleet = await Fleet.make(server);
await fleet.add('860000000000001', 'Docs 1');

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

async function check(seen: Visit, name: string): Promise<void> {
  await settled(seen);
  await picture(seen.page, name);
  assert.deepEqual(await findBarriers(seen.page), []);
  assertClean(seen);
}

test('a stranger reads a method, tries it with a token, and is told of a field that is no JSON', async (t) => {
  const seen = await visit(t, server, { colorScheme: 'light' });
  const { page } = seen;
  await page.goto('/docs');
  await heading(page, 'Codes by section').waitFor();
  await check(seen, 'docs-light-en-desk');
  await page.getByRole('searchbox', { name: 'Find a method' }).fill('getdevice list');
  await page
    .locator('.docs-list')
    .getByRole('link', { name: /^GetDeviceList/ })
    .click();
  await heading(page, 'GetDeviceList').waitFor();
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('status').filter({ hasText: '401' }).waitFor();
  await page.getByRole('textbox', { name: 'Token' }).fill(fleet.admin.token);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('status').filter({ hasText: '860000000000001' }).waitFor();
  await check(seen, 'docs-method-light-en-desk');
  await page.goto('/docs#AddGeofence');
  await heading(page, 'AddGeofence').waitFor();
  const send = page.getByRole('button', { name: 'Send' });
  assert.ok(await send.isDisabled()); // it changes something
  await page.getByRole('checkbox', { name: /changes data/ }).check();
  await page.locator('#field-Vertices').or(page.locator('#field-Points')).first().fill('[[1,');
  await page.getByText(/this is no JSON/).waitFor();
  assert.ok(await send.isDisabled());
  assertClean(seen);
});

test('the token of a login that is tried goes with the next call, and answers are in sight', async (t) => {
  const seen = await visit(t, server, { viewport: { width: 1240, height: 620 } });
  const { page } = seen;
  const send = async (text: string) => {
    await page.getByRole('button', { name: 'Send' }).click();
    const answer = page.getByRole('status').filter({ hasText: text });
    await answer.waitFor();
    await eventually(page, async () => {
      const box = await answer.boundingBox();
      assert.ok(box && box.y >= 0 && box.y < 620 - 40, `${JSON.stringify(box)} is out of sight`);
    });
  };
  await page.goto('/docs#GetLoginToken');
  await page.locator('#field-LoginName').fill(fleet.loginName);
  await page.locator('#field-PassWord').fill(PASSWORD);
  await send('go out with this token');
  await page.getByRole('searchbox', { name: 'Find a method' }).fill('ListGeofences');
  await page.locator('.docs-list').getByRole('link', { name: 'ListGeofences' }).click();
  await page.getByText('the token of the login that was tried here').waitFor();
  await send('"Code": 200');
  assertClean(seen);
});

test('who is logged in tries calls as themselves; the menu leads there', async (t) => {
  const seen = await visit(t, server, { colorScheme: 'dark', locale: 'zh-CN' });
  const { page } = seen;
  await page.goto('/');
  await page.locator('input[autocomplete=username]').fill(fleet.loginName);
  await page.locator('input[autocomplete=current-password]').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '账号' }).click();
  const link = page.getByRole('link', { name: 'API 与终端接入' });
  assert.equal(await link.getAttribute('href'), '/docs');
  await page.goto('/docs#GetMe');
  await page.getByText(`以 ${fleet.loginName} 的身份调用。`).waitFor();
  await page.getByRole('button', { name: '发送' }).click();
  await page.getByRole('status').filter({ hasText: fleet.loginName }).waitFor();
  assert.equal(new URL(page.url()).hash, '#GetMe');
  await check(seen, 'docs-method-dark-zh-desk');
});

test('texts for trackers have the address of this server in them, on a phone, too', async (t) => {
  const phone = { colorScheme: 'light' as const, viewport: { width: 390, height: 844 } };
  const seen = await visit(t, server, phone);
  const { page } = seen;
  const { hostname, port } = new URL(server.deviceUrl);
  await page.goto('/docs/devices');
  await page.getByRole('searchbox').fill('coban');
  await page.getByText(`adminip123456 ${hostname} ${port}`).waitFor();
  await page.getByText('apn123456 {apn}').waitFor();
  await page.getByRole('textbox', { name: /APN/ }).fill('internet');
  await page.getByText('apn123456 internet').waitFor();
  assert.equal(await page.locator('.protocol-card').count(), 1);
  await check(seen, 'docs-devices-light-en-phone');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} pixels`);
  const outOfReach = page.getByText(/cannot reach this address/);
  await outOfReach.waitFor();
  await page.getByRole('textbox', { name: 'Server' }).fill('gps.example.com');
  await outOfReach.waitFor({ state: 'detached' });
  await page.getByRole('searchbox').fill('Teltonika FMB920');
  await page.getByRole('heading', { name: 'teltonika', exact: true }).waitFor();
  await page.getByRole('searchbox').fill('nobody makes this');
  await page.getByText(/No family matches/).waitFor();
  await page.getByRole('searchbox').fill('');
  await eventually(page, async () => {
    assert.ok((await page.locator('.protocol-card').count()) >= 19);
  });
  await page.getByRole('link', { name: 'API' }).click();
  await heading(page, 'Codes by section').waitFor();
  await check(seen, 'docs-light-en-phone');
});

/** The login, and an installation that is still empty. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, visit } from '../lib/browser.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { ask } from '../lib/http.ts';
import { rowOf } from '../lib/pages.ts';
import { ROOT_PASSWORD, serve } from '../lib/server.ts';

after(closeBrowser);

async function fillIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

test('a login says what is wrong, leads where one wanted to go, and is remembered', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  await fleet.add('864000000000001', 'Alpha');
  await fleet.add('864000000000002', 'Bravo');
  const seen = await visit(t, server);
  const { page } = seen;
  await page.goto('/?q=brav');
  await page.getByLabel('Name').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'name');
  await fillIn(page, '', '');
  await page.getByText('Your name is missing.').waitFor();
  await fillIn(page, fleet.loginName, '');
  await page.getByText('Your password is missing.').waitFor();
  await fillIn(page, fleet.loginName, 'wrong-one');
  await page.getByText('Name or password is wrong.').waitFor();
  await fillIn(page, 'nobody-of-this-name', PASSWORD);
  await page.getByText('Name or password is wrong.').waitFor();
  await fillIn(page, fleet.loginName, PASSWORD);
  await rowOf(page, 'Bravo').waitFor();
  assert.equal(await rowOf(page, 'Alpha').count(), 0);
  await page.reload();
  await rowOf(page, 'Bravo').waitFor();
  assert.equal(await page.evaluate(() => document.cookie), '', 'no script can read the cookie');
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByText('Log out').click();
  await page.getByLabel('Name').waitFor();
  await page.reload();
  await page.getByLabel('Name').waitFor();
  assertClean(seen);
});

test('a logout that the server did not hear counts when it is back', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  const { page } = await visit(t, server);
  await page.goto('/');
  await fillIn(page, fleet.loginName, PASSWORD);
  await page.getByText('No vehicles yet').waitFor();
  await server.end('SIGKILL');
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByText('Log out').click();
  await page.getByLabel('Name').waitFor();
  await server.start();
  await page.reload();
  await page.getByLabel('Name').waitFor();
  const code = await page.evaluate(async () => {
    const answer = await fetch('/api/user/Resume', { method: 'POST', body: '{}' });
    return (await answer.json()).Code;
  });
  assert.equal(code, 401, 'the cookie is worth nothing any more');
  await fillIn(page, fleet.loginName, PASSWORD);
  await page.getByText('No vehicles yet').waitFor();
  await page.reload();
  await page.getByText('No vehicles yet').waitFor();
});

test('a key that is not valid shows the login, and says why', async (t) => {
  const server = await serve(t);
  const seen = await visit(t, server);
  await seen.page.goto(`/api?fun=1&key=${'0'.repeat(32)}`);
  await seen.page.getByText('The key of this link is not valid').waitFor();
  assert.equal(new URL(seen.page.url()).search, '?fun=1');
  assertClean(seen);
});

test('an empty installation leads to its first vehicle', async (t) => {
  const server = await serve(t);
  const seen = await visit(t, server);
  const { page } = seen;
  await page.goto('/');
  await fillIn(page, 'root', ROOT_PASSWORD);
  await page.getByText('No enterprise yet').waitFor();
  await page.getByLabel('Name').fill('Harbour');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('No vehicles yet').waitFor();
  await page.getByText(new URL(server.deviceUrl).host).waitFor();
  await ask(`${server.deviceUrl}/?id=865000000000001&lat=1&lon=2&timestamp=${server.nowS()}`, {});
  await page.getByText('865000000000001').waitFor();
  await page.getByRole('button', { name: 'Register…', exact: true }).click();
  await page.getByLabel('Plate').fill('First');
  const isSaid = page.getByText('First is registered.').waitFor(); // for some seconds only
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await rowOf(page, 'First').getByText('Never').waitFor();
  await isSaid;
  assertClean(seen);
});

test('a name that was tried too often waits, and no other one does', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  const tried = 'somebody-else';
  await fleet.admin.data('manage/AddUser', {
    LoginName: tried,
    PassWord: PASSWORD,
    Role: 'viewer',
  });
  const { page } = await visit(t, server, { clockS: Math.floor(Date.now() / 1000) });
  await page.route('**/api/user/GetLoginToken', async (route) => {
    const { LoginName } = route.request().postDataJSON();
    if (LoginName !== tried) await route.continue();
    else await route.fulfill({ status: 429, headers: { 'Retry-After': '600' }, json: {} });
  });
  await page.goto('/');
  await fillIn(page, tried, 'wrong-one');
  await page.getByText(/Too many tries\. Again in \d+ min/).waitFor();
  const button = page.getByRole('button', { name: 'Log in' });
  assert.equal(await button.isDisabled(), true);
  await page.clock.fastForward(120_000);
  await page.getByText(/Too many tries\. Again in [1-8] min/).waitFor();
  await page.getByLabel('Name').fill('Nobody');
  await page
    .getByText(/Too many tries/)
    .first()
    .waitFor({ state: 'detached' });
  assert.equal(await button.isDisabled(), false);
  await page.getByLabel('Name').fill(tried.toUpperCase());
  assert.equal(await button.isDisabled(), true);
  await page.clock.fastForward(600_000);
  await page
    .getByText(/Too many tries/)
    .first()
    .waitFor({ state: 'detached' });
  assert.equal(await button.isDisabled(), false);
  await fillIn(page, fleet.loginName, PASSWORD);
  await page.getByText('No vehicles yet').waitFor();
});

test('a key belongs to its page: / that is opened behind it is the login of the browser', async (t) => {
  const server = await serve(t);
  const fleet = await Fleet.make(server);
  const other = await Fleet.make(server, { name: 'Another' });
  await fleet.add('864000000000001', 'Alpha');
  await other.add('864000000000002', 'Bravo');
  const { page } = await visit(t, server);
  await page.goto('/');
  await fillIn(page, fleet.loginName, PASSWORD);
  await rowOf(page, 'Alpha').waitFor();
  await page.goto(`/api?fun=1&key=${other.admin.token}`);
  await rowOf(page, 'Bravo').waitFor();
  await page.reload();
  await rowOf(page, 'Bravo').waitFor();
  await page.goto('/');
  await rowOf(page, 'Alpha').waitFor();
  await page.goto(`/?key=${other.admin.token}`);
  await rowOf(page, 'Bravo').waitFor();
  await page.reload();
  await rowOf(page, 'Bravo').waitFor();
  await page.goto('/');
  await rowOf(page, 'Alpha').waitFor();
  assert.equal(await rowOf(page, 'Bravo').count(), 0);
});

/** What somebody typed outlives a login that ends and a role that is taken away, for that one alone. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, type Visit, visit } from '../lib/browser.ts';
import type { Client } from '../lib/client.ts';
import { Fleet, PASSWORD } from '../lib/fleet.ts';
import { mapRests } from '../lib/map.ts';
import { Server } from '../lib/server.ts';

const VAN = '868100000000001';
const server = new Server();
let fleet: Fleet;

after(closeBrowser);
after(() => server.close());
before(async () => {
  await server.start();
  fleet = await Fleet.make(server);
  await fleet.add(VAN, 'HH-RI 1', { Note: 'Spare key in the office' });
});

interface Person {
  name: string;
  userId: number;
  client: Client;
}

async function addPerson(name: string): Promise<Person> {
  const fields = { LoginName: name, PassWord: PASSWORD, Role: 'admin' };
  const { UserID } = await fleet.admin.data('manage/AddUser', fields);
  return { name, userId: UserID, client: await fleet.root.logIn(name, PASSWORD) };
}

const setRole = ({ userId }: Person, Role: string) =>
  fleet.admin.data('manage/ModifyUser', { UserID: userId, Role });
const note = (page: Page) => page.locator('.set-side').getByLabel('Note');
const save = (page: Page) => page.locator('.set-side').getByRole('button', { name: 'Save' });
const stranded = (page: Page) => page.getByRole('alert').getByText('Your role is now Viewer');

/** The form of the van, with something typed into it. */
async function typeNote(page: Page, { client }: Person, text: string): Promise<void> {
  await page.goto(`/api?set=devices&item=${VAN}&key=${client.token}`);
  await note(page).fill(text);
  await page.locator('.set-side .set-dirty').waitFor();
}

async function logInAs(page: Page, name: string): Promise<void> {
  await page.locator('input[autocomplete=username]').fill(name);
  await page.locator('input[autocomplete=current-password]').fill(PASSWORD);
  await page.keyboard.press('Enter');
}

const noteNow = async () => (await fleet.admin.data('manage/GetDevice', { DeviceID: VAN })).Note;

test('what was typed is there again for who logs in again, and is nothing to another', async (t) => {
  const dora = await addPerson('dora');
  const emil = await addPerson('emil');
  const seen = await visit(t, server);
  const { page } = seen;
  await typeNote(page, dora, 'by Dora');
  await dora.client.data('user/LogOut', {});
  await page.getByText('Your login has ended.').waitFor();
  await logInAs(page, 'dora');
  await note(page).waitFor();
  assert.equal(await note(page).inputValue(), 'by Dora');
  await save(page).click();
  await page.locator('.set-side .set-dirty').waitFor({ state: 'detached' });
  assert.equal(await noteNow(), 'by Dora');

  await note(page).fill('for nobody else');
  await fleet.admin.data('manage/ModifyUser', { UserID: dora.userId, PassWord: `${PASSWORD}2` });
  await page.getByText('Your login has ended.').waitFor();
  await logInAs(page, emil.name);
  await note(page).waitFor();
  assert.equal(await note(page).inputValue(), 'by Dora');
  assertClean(seen);
});

test('a logout forgets what was typed', async (t) => {
  const fritz = await addPerson('fritz');
  const seen = await visit(t, server);
  const { page } = seen;
  const before = await noteNow();
  await typeNote(page, fritz, 'given up');
  await page.locator('header').getByRole('button', { name: 'Account' }).click();
  await page.getByText('Log out').click();
  await logInAs(page, 'fritz');
  await page.locator('header').waitFor();
  await page.evaluate((item) => {
    history.pushState(null, '', `?set=devices&item=${item}`);
    dispatchEvent(new PopStateEvent('popstate'));
  }, VAN);
  await note(page).waitFor();
  assert.equal(await note(page).inputValue(), before);
  assertClean(seen);
});

test('a role that is gone says so at once, and what was typed is there once it is back', async (t) => {
  const gerda = await addPerson('gerda');
  const seen = await visit(t, server);
  const { page } = seen;
  await typeNote(page, gerda, 'half of it');
  await setRole(gerda, 'viewer');
  await stranded(page).waitFor();
  await page.getByText('Your role was changed. It is now: Viewer.').waitFor();
  assert.equal(await note(page).count(), 0);
  assert.equal(await page.locator('.set-entry', { hasText: 'Users' }).count(), 0);
  await setRole(gerda, 'admin');
  await note(page).waitFor();
  assert.equal(await note(page).inputValue(), 'half of it');
  await note(page).fill('all of it');
  await save(page).click();
  await page.locator('.set-side .set-dirty').waitFor({ state: 'detached' });
  assert.equal(await noteNow(), 'all of it');

  await note(page).fill('not wanted');
  await setRole(gerda, 'viewer');
  await stranded(page).waitFor();
  await page.getByRole('button', { name: 'Drop changes' }).click();
  await stranded(page).waitFor({ state: 'detached' });
  assert.equal(await page.locator('.set-entry', { hasText: 'Devices' }).count(), 0);
  assertClean(seen);
});

/** A page that hears nothing of its stream: it cannot know that a role is gone. */
async function visitDeaf(t: TestContext): Promise<Visit> {
  const seen = await visit(t, server);
  await seen.page.addInitScript('delete globalThis.SharedWorker');
  await seen.page.route('**/api/live*', (route) => route.abort());
  return seen;
}

test('a save without the role is refused, says why, and loses nothing', async (t) => {
  const hugo = await addPerson('hugo');
  const seen = await visitDeaf(t);
  const { page } = seen;
  const before = await noteNow();
  await typeNote(page, hugo, 'too late');
  await setRole(hugo, 'viewer');
  await save(page).click();
  await stranded(page).waitFor();
  assert.equal(await noteNow(), before);
  await setRole(hugo, 'admin');
  await page.unroute('**/api/live*');
  await note(page).waitFor();
  assert.equal(await note(page).inputValue(), 'too late');
  await save(page).click();
  await page.locator('.set-side .set-dirty').waitFor({ state: 'detached' });
  assert.equal(await noteNow(), 'too late');
  seen.faults = seen.faults.filter((fault) => !fault.includes('ERR_FAILED'));
  assertClean(seen);
});

test('a geofence that is being drawn outlives the end of a login', async (t) => {
  const ines = await addPerson('ines');
  const seen = await visit(t, server, { reducedMotion: 'reduce' });
  const { page } = seen;
  await page.goto(`/api?fun=2&fence=list&key=${ines.client.token}`);
  await mapRests(page);
  await page.getByRole('button', { name: 'Circle', exact: true }).click();
  await page.getByLabel('Centre').fill('53.55, 10');
  await page.keyboard.press('Enter');
  const name = page.locator('.fence-page').getByLabel('Name', { exact: true });
  await name.fill('Half');
  await ines.client.data('user/LogOut', {});
  await page.getByText('Your login has ended.').waitFor();
  await logInAs(page, 'ines');
  await name.waitFor();
  assert.equal(await name.inputValue(), 'Half');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Half is saved.').waitFor();
  assertClean(seen);
});

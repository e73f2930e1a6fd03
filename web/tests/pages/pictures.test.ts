/**
 * Pictures of every page in each of its states, for people to look at. Each state is also held to
 * axe's rules, in both views, and to the policy of the page.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { ask } from '../lib/http.ts';
import { mapRests, openMap, openMenu } from '../lib/map.ts';
import {
  CLOCK_S,
  optionsOf,
  pairs,
  picture,
  setView,
  takePair,
  type View,
} from '../lib/pictures.ts';
import { makeScene, type Scene } from '../lib/scene.ts';
import { Server } from '../lib/server.ts';

const CAR_101 = '860000000000101';
const server = new Server({ clockS: CLOCK_S });
let scene: Scene;

interface State {
  name: string;
  /** Brings the page into the state, and waits until it is there. */
  open(page: Page): Promise<void>;
  /** Opens what a page of another size, or at another address, has closed; it may be open. */
  show?(page: Page, view: View): Promise<void>;
  /** A call is under way as long as the picture shows it. */
  isRestless?: boolean;
}

before(async () => {
  await server.start();
  scene = await makeScene(server);
  for (const id of ['861000000000001', '861000000000002']) {
    const asked = new URLSearchParams({ id, lat: '52.5', lon: '13.4', timestamp: `${CLOCK_S}` });
    await ask(`${server.deviceUrl}/?${asked}`, {});
  }
});
after(closeBrowser);
after(() => server.close());

const isPhone = (view: View) => view.viewport.width < 768;

async function openOnline(page: Page, query = '', key = scene.fleet.admin.token) {
  await page.goto(`/api?fun=1&key=${key}${query}`);
  await page.locator('main.page').waitFor();
}

async function openTable(page: Page, query = '', place = /Hamburg|汉堡/) {
  await openOnline(page, query);
  await page.locator('[data-row="0"]').waitFor();
  await page.getByText(place).first().waitFor();
}

async function logInWrongly(page: Page) {
  await page.goto('/api?fun=5');
  await page.locator('input[autocomplete=username]').fill('anna');
  await page.locator('input[autocomplete=current-password]').fill('not hers');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
}

const states: State[] = [
  { name: 'login', open: async (page) => void (await page.goto('/api?fun=5')) },
  { name: 'login-wrong', open: logInWrongly },
  {
    name: 'login-bad-key',
    open: async (page) => {
      await page.goto(`/api?fun=1&key=${'0'.repeat(32)}`);
      await page.locator('.note').waitFor();
    },
  },
  { name: 'online', open: (page) => openTable(page) },
  { name: 'online-alarm', open: (page) => openTable(page, '&f=alarm', /Stuttgart|斯图加特/) },
  {
    name: 'online-groups',
    open: async (page) => {
      await openTable(page);
      await page.getByRole('button', { name: /^(Groups|分组)$/ }).click();
      await page.locator('.heading-count').first().waitFor();
    },
  },
  {
    name: 'drawer',
    open: (page) => openTable(page, `&sel=${scene.ids.get('M-HF 204')}`),
  },
  {
    name: 'drawer-alarms',
    open: (page) => openTable(page, `&sel=${scene.ids.get('M-HF 204')}&tab=alarms`),
  },
  {
    name: 'drawer-device',
    open: (page) => openTable(page, `&sel=${scene.ids.get('M-HF 205')}&tab=device`),
  },
  {
    name: 'bell',
    open: (page) => openTable(page),
    show: async (page, view) => {
      if (await page.locator('.alarm-list').isVisible()) return;
      const bell = page.getByRole('button', { name: /Alarms|报警/ });
      await (isPhone(view) ? bell.last() : page.locator('header').locator(bell).last()).click();
      await page.locator('.alarm-list').waitFor();
    },
  },
  {
    name: 'account',
    open: (page) => openTable(page),
    show: async (page) => {
      if (await page.getByText(/Log out|退出登录/).isVisible()) return;
      await page.getByRole('button', { name: /Account|账号/ }).click();
      await page.getByText(/Log out|退出登录/).waitFor();
    },
  },
  {
    name: 'search',
    open: (page) => openTable(page),
    show: async (page) => {
      await page.getByRole('combobox').or(page.getByRole('searchbox')).first().fill('HF 20');
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'loading',
    isRestless: true,
    open: async (page) => {
      await page.route('**/api/snapshot', () => undefined); // is never answered
      await openOnline(page);
      await page.locator('.skeleton').first().waitFor();
    },
  },
  {
    name: 'map',
    open: async (page) => openMap(page, scene.fleet.admin, '5.40/51.200/10.500'),
  },
  {
    name: 'map-selected',
    open: async (page) => {
      const sel = `&sel=${scene.ids.get('B-HF 102')}`;
      await openMap(page, scene.fleet.admin, '7.50/53.700/10.700', sel);
    },
  },
  {
    name: 'map-layers',
    open: async (page) => openMap(page, scene.fleet.admin, '5.40/51.200/10.500'),
    show: async (page) => {
      if (await page.locator('.layers').isVisible()) return;
      await page.getByRole('button', { name: /^(Layers|图层)$/ }).click();
      await page.locator('.layers').waitFor();
    },
  },
  {
    name: 'map-menu',
    open: async (page) => openMap(page, scene.fleet.admin, '5.40/51.200/10.500'),
    show: async (page) => {
      await mapRests(page);
      await openMenu(page, 51.34, 12.37);
      await page.locator('.map-menu button').last().click({ trial: true }); // nothing covers it
      await page.locator('.map-menu').evaluate((menu) => menu.scrollTo(0, 0));
    },
  },
  {
    name: 'nothing-matches',
    open: (page) => openOnline(page, '&q=nobody%20is%20called%20so'),
  },
  {
    name: 'empty',
    open: async (page) => {
      const empty = scene.empty;
      await openOnline(page, `&hold=${empty.holdId}`, empty.root.token);
      await page.getByText('861000000000001').waitFor();
    },
  },
  {
    name: 'enterprises',
    open: async (page) => {
      const { fleet } = scene;
      await openOnline(page, `&hold=${fleet.holdId}`, fleet.root.token);
      await page.locator('[data-row="0"]').waitFor();
    },
    show: async (page, view) => {
      if (await page.locator('.enterprise-list').isVisible()) return;
      const name = isPhone(view) ? /Account|账号/ : /^(Enterprise|企业): /;
      await page.getByRole('button', { name }).click();
      await page.locator('.enterprise-list').waitFor();
    },
  },
];

/** The states of a pair, one behind the other in one page; none leaves the next what it chose. */
async function take(pair: [View, View], shown: State[], t: TestContext) {
  const seen = await visit(t, server, optionsOf(pair[0], server.nowS()));
  const { page } = seen;
  const barriers: string[] = [];
  for (const { name, open, show, isRestless } of shown) {
    await setView(page, pair[0]);
    await open(page);
    const rest = async () => {
      if (!isRestless) await settled(seen);
      if (name.startsWith('map')) await mapRests(page);
    };
    barriers.push(...(await takePair(page, name, pair, rest, (view) => show?.(page, view))));
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.evaluate('localStorage.clear(); sessionStorage.clear()');
  }
  assertClean(seen);
  assert.deepEqual(barriers, []);
}

for (const [i, pair] of pairs.entries()) {
  const shown = states.filter((_, place) => place % pairs.length === i);
  test(`pictures: ${pair[0].name}, ${pair[1].name}`, (t) => take(pair, shown, t));
}

test('pictures: shapes tell the states apart where colours do not', async (t) => {
  const [[view]] = pairs as [[View, View], ...unknown[]];
  const seen = await visit(t, server, optionsOf(view, server.nowS()));
  const { page } = seen;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setEmulatedVisionDeficiency', { type: 'deuteranopia' });
  await openMap(page, scene.fleet.admin, '5.40/51.200/10.500');
  await settled(seen);
  await mapRests(page);
  await picture(page, 'map-deuteranopia');
  assertClean(seen);
});

test('pictures: the server is gone, for a moment and for long', async (t) => {
  const [pair] = pairs;
  assert.ok(pair);
  const visits = await Promise.all(
    pair.map(async (view) => ({
      view,
      page: (await visit(t, server, optionsOf(view, server.nowS()))).page,
    })),
  );
  const moving = (page: Page) =>
    page
      .locator('[data-row]')
      .filter({ hasText: 'B-HF 101' })
      .filter({ hasText: /Moving|行驶/ })
      .filter({ hasText: '64' }); // km/h, of its last word alone
  for (const { page } of visits) await openTable(page);
  await scene.fleet.report(CAR_101, { kmh: 64 }); // what it said before may be too old
  for (const { page } of visits) await moving(page).waitFor();
  await server.end('SIGKILL');
  for (const { page, view } of visits) {
    await page.clock.fastForward(40_000);
    await page.locator('.live-bar.lost').waitFor();
    await picture(page, `lost-${view.name}`);
    await page.clock.fastForward(100_000);
    await page.locator('.live-bar.old').waitFor();
    await picture(page, `old-${view.name}`);
    assert.equal(await moving(page).count(), 1); // not offline, for all we know
    assert.deepEqual(await findBarriers(page), []);
  }
});

/** Fingers: on each page of a phone, all that can be pressed is large enough, and needs no hover. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { mapRests } from '../lib/map.ts';
import { CLOCK_S, picture } from '../lib/pictures.ts';
import { makeScene } from '../lib/scene.ts';
import { Server } from '../lib/server.ts';
import { smallTargets } from '../lib/touch.ts';

after(closeBrowser);

const server = new Server({ clockS: CLOCK_S });
await server.start();
after(() => server.close());
const scene = await makeScene(server);
const { admin } = scene.fleet;
const id = (plate: string) => scene.ids.get(plate) as string;
const ICCID = '8988228055509013601';
await admin.data('manage/AddSIM', { ICCID, SIM: '+4915112345678', DeviceID: id('B-HF 101') });
await admin.data('manage/AddGeofence', {
  RegionName: 'Depot',
  Shape: 'circle',
  Points: [[9.9667, 53.5461]],
  Radius: 500,
  AlarmOn: 'both',
});
const { PolygonID: FENCE } = (
  await admin.data('manage/ListGeofences', { PageIndex: 1, PageSize: 1 })
).data[0] as { PolygonID: number };
const until = new Date((server.nowS() + 7200) * 1000).toISOString();
const shared = await admin.data('manage/AddShare', {
  DeviceIDs: [id('B-HF 101')],
  Until: until,
  History: true,
});

interface State {
  name: string;
  /** Of /api with a key; a path of its own where it begins with "/". */
  query: string;
  ready: string;
  open?(page: Page): Promise<void>;
}

const press = (name: string | RegExp) => (page: Page) =>
  page.getByRole('button', { name }).filter({ visible: true }).first().tap();

const states: State[] = [
  { name: 'online', query: 'fun=1', ready: '[data-row="0"]' },
  { name: 'sort', query: 'fun=1', ready: '[data-row="0"]', open: press(/^Sort/) },
  { name: 'map', query: 'fun=2', ready: '[data-row="0"]' },
  { name: 'layers', query: 'fun=2', ready: '[data-row="0"]', open: press('Layers') },
  { name: 'search', query: 'fun=2&q=HF', ready: '[data-row="0"]' },
  { name: 'account', query: 'fun=2', ready: '[data-row="0"]', open: press('Account') },
  { name: 'bell', query: 'fun=2', ready: '[data-row="0"]', open: press(/Alarms/) },
  ...['', 'today', 'alarms', 'commands', 'device'].map((tab) => ({
    name: `drawer-${tab || 'now'}`,
    query: `fun=2&sel=${id('B-HF 102')}&tab=${tab}`,
    ready: '.drawer-actions',
  })),
  { name: 'share', query: `fun=2&sel=${id('B-HF 101')}`, ready: '.drawer', open: press('Share') },
  { name: 'history', query: `fun=3&sel=${id('B-HF 101')}`, ready: '.entry' },
  { name: 'history-none', query: 'fun=3', ready: '.no-vehicle' },
  {
    name: 'history-export',
    query: `fun=3&sel=${id('B-HF 101')}`,
    ready: '.entry',
    open: press('Export'),
  },
  {
    name: 'history-days',
    query: `fun=3&sel=${id('B-HF 101')}`,
    ready: '.entry',
    open: (page) => page.locator('.day-header .popover > button, .day-header .day').first().tap(),
  },
  { name: 'reports', query: 'fun=4', ready: 'main.page' },
  { name: 'report', query: `fun=4&kind=trips&of=${id('B-HF 101')}&per=today`, ready: 'main.page' },
  { name: 'settings', query: 'set=', ready: 'main.page' },
  ...['devices', 'groups', 'sims', 'users', 'desk', 'rules', 'audit', 'account'].map((set) => ({
    name: `settings-${set}`,
    query: `set=${set}`,
    ready: 'main.page',
  })),
  { name: 'device', query: `set=devices&item=${id('B-HF 101')}`, ready: 'main.page form' },
  { name: 'user-new', query: 'set=users&item=%2B', ready: 'main.page form' },
  { name: 'card', query: `set=sims&item=${ICCID}`, ready: 'main.page form' },
  { name: 'file', query: 'set=devices&item=%2Bfile', ready: 'main.page' },
  { name: 'fences', query: 'fun=2&fence=list', ready: '.fence-row' },
  { name: 'fence', query: `fun=2&fence=${FENCE}`, ready: '.fence-form' },
  { name: 'fence-new', query: 'fun=2&fence=new', ready: 'main.page' },
  { name: 'login', query: '/', ready: 'form' },
  { name: 'docs', query: '/docs', ready: 'main' },
  { name: 'docs-devices', query: '/docs/devices', ready: '.protocol-card' },
  { name: 'shared', query: shared.Path, ready: '.shared-place' },
  { name: 'shared-history', query: `${shared.Path}?fun=3`, ready: '.entry' },
];

test('all that can be pressed is as large as a finger, on each page of a phone', async (t) => {
  const found: string[] = [];
  const seen = await visit(t, server, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    reducedMotion: 'reduce',
    clockS: server.nowS(),
  });
  const { page } = seen;
  for (const { name, query, ready, open } of states) {
    await page.goto(query.startsWith('/') ? query : `/api?${query}&key=${admin.token}`);
    await page.locator(ready).first().waitFor();
    await settled(seen);
    if ((await page.locator('.map-stage:not(.away)').count()) > 0) await mapRests(page);
    await open?.(page);
    await settled(seen);
    await picture(page, `touch-${name}`);
    found.push(...(await smallTargets(page)).map((text) => `${name}: ${text}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > 390) found.push(`${name}: ${wide} pixels wide`);
    await page.evaluate('localStorage.clear(); sessionStorage.clear()'); // none chooses for the next
  }
  assertClean(seen);
  assert.deepEqual(found, []);
});

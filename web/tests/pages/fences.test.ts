/** Geofences: drawn, typed, changed, of a file; and the alarm of one at the alarm desk. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { Fleet } from '../lib/fleet.ts';
import { mapRests, openMap, openMenu, pixelsOf, pointOf } from '../lib/map.ts';
import { eventually } from '../lib/pages.ts';
import { CLOCK_S, optionsOf, pairs, picture } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';

const VAN = '867000000000001';
const DEPOT = { lat: 53.55, lon: 10 };
const OUTSIDE = { lat: 53.53, lon: 9.96 };
const VIEW = '13.00/53.5500/10.0000';
const STILL = { reducedMotion: 'reduce' as const, viewport: { width: 1240, height: 640 } };

const server = new Server({ clockS: CLOCK_S });
let fleet: Fleet;

after(closeBrowser);
after(() => server.close());

before(async () => {
  await server.start();
  fleet = await Fleet.make(server);
  const GroupID = await fleet.addGroup('North');
  await fleet.add(VAN, 'HH-FE 1', { GroupID });
  await fleet.report(VAN, { ...OUTSIDE, kmh: 30, course: 45, ignition: true });
});

async function openFences(page: Page, what: string, view = VIEW): Promise<void> {
  await page.goto(`/api?fun=2&key=${fleet.admin.token}&v=${view}&fence=${what}`);
  await page.locator('.fence-page').waitFor();
  await mapRests(page);
}

/** Clicks a place as a hand does: the pointer comes there first. */
async function clickAt(page: Page, lat: number, lon: number): Promise<void> {
  const { x, y } = await pointOf(page, lat, lon);
  await page.mouse.move(x - 3, y - 3);
  await page.mouse.move(x, y);
  await page.mouse.click(x, y);
}

async function fenceNamed(name: string) {
  const { data } = await fleet.admin.data('manage/ListGeofences', { Key: name, Geometry: 'true' });
  const [found] = data;
  assert.ok(found, `there is no ${name}`);
  return found;
}

const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true });

test('a circle of two clicks', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, VIEW);
  await page.getByRole('button', { name: 'Layers' }).click();
  await page.getByRole('button', { name: 'All geofences…' }).click();
  await page.getByText('No geofence yet').waitFor();
  await page.getByRole('button', { name: 'Circle' }).click();
  await page.getByText('Click the centre, then the edge.').waitFor();
  await mapRests(page);
  await clickAt(page, DEPOT.lat, DEPOT.lon);
  await clickAt(page, DEPOT.lat, DEPOT.lon + 0.008);
  await page.getByLabel('Name', { exact: true }).fill('Depot');
  await picture(page, 'fence-circle');
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
  await save(page).click();
  await page.getByText('Depot is saved.').waitFor();
  const depot = await fenceNamed('Depot');
  const [[lon, lat] = []] = depot.Points as number[][];
  assert.ok(Math.abs((lat as number) - DEPOT.lat) < 1e-4, `${lat}`);
  assert.ok(Math.abs((lon as number) - DEPOT.lon) < 1e-4, `${lon}`);
  // 0.008 degrees at 53.55 N are 528 m
  assert.ok(Math.abs((depot.Radius as number) - 528) < 8, `${depot.Radius}`);
  assert.equal(depot.AlarmOn, 'enter');
  assert.equal(depot.AppliesTo, 'all');
  assertClean(seen);
});

test('a polygon that crosses itself is told at its point, and undone', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openFences(page, 'new');
  await page.getByRole('button', { name: 'Polygon' }).click();
  await page.getByText('Click the corners.').waitFor();
  const corners = [
    [53.556, 9.985],
    [53.544, 10.015],
    [53.556, 10.015],
    [53.544, 9.985],
  ] as const;
  for (const [lat, lon] of corners) await clickAt(page, lat, lon);
  await page.getByRole('alert').getByText('Point 1: the line from here crosses').waitFor();
  const [lat, lon] = corners[0];
  await eventually(page, async () => {
    const { x, y } = await pointOf(page, lat, lon);
    assert.ok((await pixelsOf(page, { x, y }, '--alarm')) > 10);
  });
  await picture(page, 'fence-crossed');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await clickAt(page, 53.556, 10.015);
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).fill('Triangle');
  assert.equal(await page.getByRole('alert').count(), 0);
  await save(page).click();
  await page.getByText('Triangle is saved.').waitFor();
  assert.equal((await fenceNamed('Triangle')).Points?.length, 3);
  assertClean(seen);
});

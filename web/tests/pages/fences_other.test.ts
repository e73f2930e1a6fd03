/** Geofences on a map of other coordinates, and drawn by fingers. */
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { gcjOfWgs } from '../../src/map/gcj.ts';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { Fleet } from '../lib/fleet.ts';
import { clickAt, mapRests } from '../lib/map.ts';
import { CLOCK_S, picture } from '../lib/pictures.ts';
import { serve } from '../lib/server.ts';

const STILL = { reducedMotion: 'reduce' as const, viewport: { width: 1240, height: 640 } };
const PHONE = { ...STILL, viewport: { width: 390, height: 844 }, hasTouch: true };
/** Of Shanghai; its maps have it half a kilometre away. */
const YARD = { lat: 31.23, lon: 121.47 };
const TOLERANCE = 1e-4;
/** On the map above the sheet. */
const CENTRE = { x: 160, y: 260 };
const RADIUS_PX = 60;
const EQUATOR_M = 40_075_017;

after(closeBrowser);

interface Place {
  lat: number;
  lon: number;
}

async function begin(t: TestContext, place: Place) {
  const server = await serve(t, { clockS: CLOCK_S });
  const fleet = await Fleet.make(server);
  await fleet.add('867000000000001', 'HH-FE 1');
  await fleet.report('867000000000001', { ...place, kmh: 0 });
  return fleet;
}

/** Our own map is said to be a Chinese one: no page of a test leaves the server for another. */
async function sayGcj(route: Route): Promise<void> {
  const response = await route.fetch();
  const said = await response.json();
  said.Data.Map.Coordsys = 'gcj02';
  await route.fulfill({ response, json: said });
}

async function openNew(page: Page, fleet: Fleet, { lat, lon }: Place): Promise<void> {
  const view = `15.00/${lat.toFixed(5)}/${lon.toFixed(5)}`;
  await page.goto(`/api?fun=2&key=${fleet.admin.token}&v=${view}&fence=list`);
  await page.locator('.fence-page').waitFor();
  await mapRests(page);
}

/** The circle of that name, as the server has it. */
async function circle(fleet: Fleet, name: string) {
  const { data } = await fleet.admin.data('manage/ListGeofences', { Geometry: 'true' });
  const found = data.find(({ RegionName }) => RegionName === name);
  const [[lon, lat] = []] = (found?.Points ?? []) as number[][];
  return { lon: lon ?? Number.NaN, lat: lat ?? Number.NaN, radius: found?.Radius ?? 0, found };
}

function assertNear(found: Place, wanted: Place): void {
  const off = Math.max(Math.abs(found.lat - wanted.lat), Math.abs(found.lon - wanted.lon));
  assert.ok(off < TOLERANCE, JSON.stringify({ found, wanted }));
}

test('what is drawn on a map in GCJ-02 is stored in WGS-84, and is drawn where it was', async (t) => {
  const fleet = await begin(t, YARD);
  const [lon, lat] = gcjOfWgs(YARD.lon, YARD.lat);
  assert.ok(Math.abs(lon - YARD.lon) > 10 * TOLERANCE, 'the maps are apart there');
  const seen = await visit(t, fleet.server, { ...STILL, clockS: fleet.server.nowS() });
  const { page } = seen;
  await page.route('**/api/manage/GetMe', sayGcj);
  await openNew(page, fleet, { lat, lon });
  await page.getByRole('button', { name: 'Circle', exact: true }).click();
  await page.getByText('Click the centre, then the edge.').waitFor();
  await mapRests(page);
  await clickAt(page, lat, lon);
  await clickAt(page, lat, lon + 0.002);
  await page.getByLabel('Name', { exact: true }).fill('Yard');
  const said = (await page.getByLabel('Centre').inputValue()).split(', ').map(Number);
  assertNear({ lat: said[0] as number, lon: said[1] as number }, YARD);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Yard is saved.').waitFor();
  const yard = await circle(fleet, 'Yard');
  assertNear(yard, YARD);
  assert.equal(yard.found?.Coordsys, 'wgs84');
  // 0.002 degrees at 31.23 N are 190 m
  assert.ok(Math.abs(yard.radius - 190) < 6, `${yard.radius}`);
  assertClean(seen);
});

test('a circle of two taps on a phone', async (t) => {
  const place = { lat: 53.55, lon: 10 };
  const fleet = await begin(t, place);
  const seen = await visit(t, fleet.server, { ...PHONE, clockS: fleet.server.nowS() });
  const { page } = seen;
  await openNew(page, fleet, place);
  await page.getByRole('button', { name: 'Circle', exact: true }).tap();
  await page.getByText('Click the centre, then the edge.').waitFor();
  await mapRests(page);
  await picture(page, 'fence-phone-begin');
  await page.touchscreen.tap(CENTRE.x, CENTRE.y);
  await page.touchscreen.tap(CENTRE.x + RADIUS_PX, CENTRE.y);
  await page.getByLabel('Name', { exact: true }).fill('Kiosk');
  await settled(seen);
  await picture(page, 'fence-phone');
  assert.deepEqual(await findBarriers(page), []);
  await page.getByRole('button', { name: 'Save', exact: true }).tap();
  await page.getByText('Kiosk is saved.').waitFor();
  const kiosk = await circle(fleet, 'Kiosk');
  const metresAPixel = (EQUATOR_M * Math.cos((place.lat * Math.PI) / 180)) / (512 * 2 ** 15);
  assert.ok(Math.abs(kiosk.radius - RADIUS_PX * metresAPixel) < 4, `${kiosk.radius}`);
  assert.ok(Math.hypot(kiosk.lat - place.lat, kiosk.lon - place.lon) < 0.005, `${kiosk.lat}`);
  assertClean(seen);
});

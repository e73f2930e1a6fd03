/** Geofences: drawn, typed, changed, of a file; and the alarm of one at the alarm desk. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { Fleet } from '../lib/fleet.ts';
import { clickAt, mapRests, openMap, openMenu, pixelsOf, pointOf } from '../lib/map.ts';
import { eventually, openOnline } from '../lib/pages.ts';
import {
  CLOCK_S,
  optionsOf,
  pairs,
  picture,
  setView,
  takePair,
  type View,
} from '../lib/pictures.ts';
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
  // minutes ago: nobody believes a vehicle that is kilometres away a second later
  await fleet.report(VAN, { ...OUTSIDE, kmh: 30, course: 45, ignition: true, age: 240 });
});

async function openFences(page: Page, what: string, view = VIEW): Promise<void> {
  await page.goto(`/api?fun=2&key=${fleet.admin.token}&v=${view}&fence=${what}`);
  await page.locator('.fence-page').waitFor();
  await mapRests(page);
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

test('a vehicle enters it, and the alarm is acknowledged at the desk with a note', async (t) => {
  await fleet.report(VAN, { ...DEPOT, kmh: 20 });
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openOnline(page, fleet.admin);
  await page
    .locator('header')
    .getByRole('button', { name: /^Alarms/ })
    .click();
  await page.getByRole('button', { name: 'Alarm desk' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Entered geofence · Depot' });
  await row.getByRole('button', { name: 'HH-FE 1' }).waitFor();
  await picture(page, 'desk');
  await page.getByRole('button', { name: /^Entered geofence/, pressed: false }).click();
  await page.getByRole('checkbox', { name: 'All that wait (1)' }).check();
  await page.getByLabel('Note for all of them, or nothing').fill('Expected at nine');
  await page.getByRole('button', { name: /^Acknowledge \d/ }).dblclick();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Last 7 days' }).click();
  await row.getByText(new RegExp(`^${fleet.loginName}, 2026-03-02`)).waitFor();
  await row.getByText('Expected at nine').waitFor();
  await row.getByRole('button', { name: 'In the history' }).click();
  await page.locator('body[data-page="history"]').waitFor();
  assertClean(seen);
});

/** Whether the browser asks before it closes a page; that one stays. */
async function asksBeforeClosing(page: Page): Promise<boolean> {
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  await dialog.dismiss();
  return dialog.type() === 'beforeunload';
}

test('what is drawn, or set of the rules, is not lost with a page that is closed', async (t) => {
  const { page } = await visit(t, server, { ...STILL, clockS: server.nowS() });
  await openFences(page, 'list');
  await page.getByRole('button', { name: 'Circle', exact: true }).click();
  await page.getByLabel('Centre').fill('53.55, 10');
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).fill('Half');
  assert.ok(await asksBeforeClosing(page));
  const other = await visit(t, server, { ...STILL, clockS: server.nowS() });
  await other.page.goto(`/api?set=rules&key=${fleet.admin.token}`);
  const row = other.page.getByRole('listitem').filter({ hasText: 'Speed above, km/h' });
  await row.getByRole('button', { name: 'Own' }).click();
  await row.getByRole('textbox').fill('60');
  assert.ok(await asksBeforeClosing(other.page));
});

test('a circle is typed before the map is there, which then shows it', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  const held: Route[] = [];
  await page.route('**/assets/engine-*.js', (route) => void held.push(route));
  await page.goto(`/api?fun=2&key=${fleet.admin.token}&fence=new`);
  await page.getByLabel('Centre').fill('53.55, 10');
  assert.equal(await page.getByLabel('Radius, m').inputValue(), '200');
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).fill('Early');
  await eventually(page, async () => assert.ok(held.length > 0));
  for (const route of held) await route.continue();
  await eventually(page, async () => {
    assert.match(
      new URL(page.url()).searchParams.get('v') ?? '',
      /^15\.\d\d\/53\.5(49|50)\d*\/10\.00/,
    );
  });
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Early');
  assertClean(seen);
});

test('what was typed of a circle stays when the map comes, which tells the rest', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  const held: Route[] = [];
  await page.route('**/assets/engine-*.js', (route) => void held.push(route));
  await page.goto(`/api?fun=2&key=${fleet.admin.token}&v=8.00/53.5500/10.0000&fence=new`);
  await page.getByLabel('Centre').fill('53.56, 10');
  await eventually(page, async () => assert.ok(held.length > 0));
  for (const route of held) await route.continue();
  await eventually(page, async () => {
    assert.ok(Number(await page.getByLabel('Radius, m').inputValue()) > 1000);
  });
  assert.equal(await page.getByLabel('Centre').inputValue(), '53.56, 10');
  assertClean(seen);
});

test('a circle by keys alone', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openFences(page, 'list');
  const press = async (name: string | RegExp, role: 'button' | 'textbox') => {
    const wanted = page.getByRole(role, { name, exact: true });
    for (let presses = 0; presses < 80; presses++) {
      if (await wanted.evaluate((found) => found === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`no key leads to ${name}`);
  };
  await press('Circle', 'button');
  await page.keyboard.press('Enter');
  await page.getByLabel('Centre').waitFor();
  await press('Centre', 'textbox');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('nowhere');
  await page.keyboard.press('Enter');
  await page.getByText('That is no place').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(`53°33'N 9°58'E`);
  await press('Radius, m', 'textbox');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('250');
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).waitFor();
  await press('Name', 'textbox');
  await page.keyboard.type('By keys');
  await page.keyboard.press('Enter');
  await page.getByText('By keys is saved.').waitFor();
  const made = await fenceNamed('By keys');
  assert.equal(made.Radius, 250);
  const [[lon, lat] = []] = made.Points as number[][];
  assert.ok(Math.abs((lon as number) - 9.966667) < 1e-6 && lat === 53.55, `${lon} ${lat}`);
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

test('points are dragged, and who was quicker is not overwritten unseen', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  const { PolygonID } = await fenceNamed('Triangle');
  await openFences(page, String(PolygonID));
  await page.getByLabel('Name', { exact: true }).waitFor();
  await mapRests(page);
  const from = await pointOf(page, 53.556, 10.015);
  await eventually(page, async () => {
    assert.ok((await pixelsOf(page, from, '--fence')) > 10);
  });
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 30, from.y - 10, { steps: 5 });
  await page.mouse.move(from.x + 60, from.y - 20, { steps: 5 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Undo', disabled: false }).waitFor();
  await fleet.admin.data('manage/ModifyGeofence', { PolygonID, RegionName: 'Theirs' });
  await save(page).click();
  await page.getByText('Somebody changed it meanwhile.').waitFor();
  await save(page).click();
  await page.getByText('Triangle is saved.').waitFor();
  const points = (await fenceNamed('Triangle')).Points as number[][];
  const moved = points.find(([lon]) => (lon as number) > 10.016);
  assert.ok(moved, JSON.stringify(points));
  assertClean(seen);
});

test('a file with a wrong feature: the others are stored', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openFences(page, 'import');
  const kml = `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
    <Placemark><name>Stop</name><Point><coordinates>9.98,53.54</coordinates></Point></Placemark>
    <Placemark><name>Bow</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
      9,53 10,54 10,53 9,54 9,53</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
    <Placemark><name>Way</name><LineString><coordinates>9.9,53.5 10,53.6</coordinates></LineString>
    </Placemark></Document></kml>`;
  const file = { name: 'x.kml', mimeType: 'text/xml', buffer: Buffer.from(kml) };
  await page.getByLabel('A GeoJSON or KML file').setInputFiles(file);
  await page.getByText('2 of 3 can be stored.').waitFor();
  await page.getByText('Point 1: the line from here crosses').waitFor();
  await picture(page, 'fence-import');
  await page.getByRole('button', { name: 'Store 2 geofences' }).click();
  await page.getByText('2 of 3 stored').waitFor();
  assert.equal((await fenceNamed('Stop')).Radius, 200);
  assert.equal((await fenceNamed('Way')).Shape, 'corridor');

  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Way/ }).waitFor();
  await page.getByRole('button', { name: 'Back to the vehicles' }).click();
  await page.locator('[data-row="0"]').waitFor();
  await openMenu(page, 53.56, 9.97);
  await page.getByRole('button', { name: 'New geofence here' }).click();
  await page.getByLabel('Centre').waitFor();
  assert.match(await page.getByLabel('Centre').inputValue(), /^53\.5[56]\d+, 9\.9[67]/);
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await page.getByText('Not saved yet: a new geofence').waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: /^Way/ }).click();
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete Way' }).click();
  await page.getByText('Way is deleted.').waitFor();
  await page.getByRole('button', { name: /^Way/ }).waitFor({ state: 'detached' });
  assertClean(seen);
});

test('rules are inherited, overridden by field, and reset', async (t) => {
  await fleet.admin.data('manage/SetAlarmRules', { Scope: 'enterprise', OverspeedKmh: 90 });
  const { data: groups } = await fleet.admin.data('manage/ListGroups', {});
  const ofGroup = { Scope: 'group', ID: String(groups[0]?.GroupID) };
  await fleet.admin.data('manage/SetAlarmRules', { ...ofGroup, OverspeedKmh: 80 });
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await page.goto(`/api?set=rules&item=device.${VAN}&key=${fleet.admin.token}`);
  const row = page.getByRole('listitem').filter({ hasText: 'Speed above, km/h' });
  await row.getByText('80, from group North').waitFor();
  await row.getByRole('button', { name: 'Own' }).click();
  await row.getByRole('textbox').fill('5000');
  await row.getByText('A number from 1 to 1,000.').waitFor();
  await row.getByRole('textbox').fill('60');
  await save(page).click();
  await page.getByText('The rules are saved.').waitFor();
  await row.getByText('60, set here; instead of 80, from group North').waitFor();
  const read = () => fleet.admin.data('manage/GetAlarmRules', { Scope: 'device', ID: VAN });
  assert.equal((await read()).OverspeedKmh, 60);
  await picture(page, 'rules');
  await row.getByRole('button', { name: 'Inherit' }).click();
  await save(page).click();
  await row.getByText('80, from group North').waitFor();
  await eventually(page, async () => assert.ok(!('OverspeedKmh' in (await read()))));
  assertClean(seen);
});

test('frames of a tracker come as it says them', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openOnline(page, fleet.admin, `&sel=${VAN}&tab=device`);
  await page.getByRole('button', { name: 'Trace' }).click();
  await page.getByText('Waiting for the tracker.').waitFor();
  await fleet.report(VAN, { ...DEPOT, kmh: 10 });
  await page.getByRole('list', { name: 'Frames' }).getByText('osmand').first().waitFor();
  await picture(page, 'trace');
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Trace' }).waitFor();
  assertClean(seen);
});

/** Each in two views that have nothing in common. */
test('pictures, and no barrier in any of them', async (t) => {
  const { PolygonID } = await fenceNamed('Depot');
  await fleet.report(VAN, { ...DEPOT, kmh: 12, alarm: 'sos,overspeed,lowBattery' });
  const states: [string, string][] = [
    ['fence-list', `fun=2&v=${VIEW}&fence=list`],
    ['fence-edit', `fun=2&v=${VIEW}&fence=${PolygonID}`],
    ['desk-all', 'set=desk'],
    ['rules-all', 'set=rules'],
  ];
  const seen = await visit(t, server, optionsOf(pairs[0]?.[0] as View, server.nowS()));
  const { page } = seen;
  for (const [at, [name, query]] of states.entries()) {
    const pair = pairs[at % pairs.length] as [View, View];
    await setView(page, pair[0]);
    await page.goto(`/api?${query}&lang=${pair[0].language}&key=${fleet.admin.token}`);
    const first = page
      .locator('main.page :is(.fence-row, .fence-form, .desk-row, .rule-row)')
      .first();
    const rest = async () => {
      await first.waitFor();
      await settled(seen);
      if (query.startsWith('fun=2')) await mapRests(page);
    };
    assert.deepEqual(await takePair(page, name, pair, rest), []);
    assertClean(seen);
  }
});

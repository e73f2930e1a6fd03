/** The map monitor with a real server behind it: picking, following, heaps, and what may go wrong. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { Fleet } from '../lib/fleet.ts';
import { mapRests, openMap, openMenu, pixelsOf, pointOf } from '../lib/map.ts';
import { eventually, rowOf } from '../lib/pages.ts';
import { CLOCK_S } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';

after(closeBrowser);

const server = new Server({ clockS: CLOCK_S });
await server.start();
after(() => server.close());

interface Place {
  lat: number;
  lon: number;
}

const YARD = 60;
const HARBOUR = { lat: 53.5, lon: 9.9 };
const WEST = { lat: 50.6, lon: 7.1 };
const EAST = { lat: 50.5, lon: 7.4 };
const PARKED = { ...HARBOUR, kmh: 0, ignition: false };
const yardId = (n: number) => String(863_000_000_000_000 + n);

/** 60 in one yard, of which one is in alarm; two on the road, far from there. */
async function makeFleet(): Promise<Fleet> {
  const fleet = await Fleet.make(server);
  for (let n = 0; n < YARD; n++) {
    await fleet.add(yardId(n), `Yard ${n}`);
    await fleet.report(yardId(n), PARKED);
  }
  await fleet.add('863000000000900', 'Alarmed');
  await fleet.report('863000000000900', { ...PARKED, alarm: 'sos' });
  for (const [id, plate, at] of [
    ['863000000000901', 'Western', WEST],
    ['863000000000902', 'Eastern', EAST],
  ] as const) {
    await fleet.add(id, plate);
    await fleet.report(id, { ...at, kmh: 60, course: 90, ignition: true });
  }
  return fleet;
}

const fleet = await makeFleet();
/** Small, since what draws here is no graphics card. */
const STILL = { reducedMotion: 'reduce' as const, viewport: { width: 1240, height: 640 } };

const title = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

/** A marker of that colour comes to be seen at the place; one whose report is overdue is paler. */
async function isDrawn(page: Page, { lat, lon }: Place, token: string): Promise<void> {
  await eventually(page, async () => {
    const count = await pixelsOf(page, await pointOf(page, lat, lon), token);
    assert.ok(count > 20, `${count} pixels of ${token}`);
  });
}

async function clickAt(page: Page, { lat, lon }: Place): Promise<void> {
  const { x, y } = await pointOf(page, lat, lon);
  await page.mouse.click(x, y);
}

const selectedOn = (page: Page) =>
  page.evaluate(() => new URLSearchParams(location.search).get('sel') ?? '');

/** Selects what stands at a place; the map may just be coming back from a lost graphics card. */
async function pick(page: Page, place: Place, name: string): Promise<void> {
  await eventually(page, async () => {
    if ((await selectedOn(page)) === '') await clickAt(page, place);
    assert.notEqual(await selectedOn(page), '');
  });
  await title(page, name).waitFor();
}

test('a click selects, a second one follows, and the drawer never covers it', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, '9.00/50.500/6.900');
  await isDrawn(page, EAST, '--moving');
  await pick(page, EAST, 'Eastern');
  await eventually(page, async () => {
    const drawer = await page.locator('.shell > .drawer').boundingBox();
    const { x } = await pointOf(page, EAST.lat, EAST.lon);
    assert.ok(drawer && x < drawer.x, `${x} is under the drawer`);
  });
  await mapRests(page);
  await eventually(page, async () => {
    const following = page.getByText('Following 1 vehicle');
    if (!(await following.isVisible())) await clickAt(page, EAST);
    await settled(seen);
    assert.ok(await following.isVisible());
  });
  const before = new URL(page.url()).searchParams.get('v');
  await fleet.report('863000000000902', { lat: 50.9, lon: 7.9, kmh: 60 });
  await eventually(page, async () => {
    const { x, y } = await pointOf(page, 50.9, 7.9);
    const free = await page.locator('.map-over').boundingBox();
    assert.ok(free && Math.abs(x - free.x - free.width / 2) < free.width / 6 + 2);
    assert.ok(Math.abs(y - free.y - free.height / 2) < free.height / 6 + 2);
    assert.notEqual(new URL(page.url()).searchParams.get('v'), before);
  });
  const { x, y } = await pointOf(page, 50.9, 7.9);
  await page.mouse.move(x - 200, y + 150);
  await page.mouse.down();
  await page.mouse.move(x - 100, y + 100, { steps: 4 });
  await page.mouse.up();
  await page.getByText('Following paused').waitFor();
  await fleet.report('863000000000902', { ...EAST, kmh: 60 });
  assertClean(seen);
});

test('what is selected does not drive under the drawer, and the map is left where it is dragged', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, '9.00/50.500/7.300', '&sel=863000000000902');
  await title(page, 'Eastern').waitFor();
  const free = async () => {
    const box = await page.locator('.map-over').boundingBox();
    assert.ok(box);
    return box;
  };
  await eventually(page, async () => {
    const { x, width } = await free();
    const drawer = await page.locator('.shell > .drawer').boundingBox();
    assert.ok(drawer && x + width <= drawer.x);
    const at = await pointOf(page, EAST.lat, EAST.lon);
    assert.ok(at.x > x && at.x < x + width);
  });
  await mapRests(page);
  const lon = 7.9;
  await fleet.report('863000000000902', { lat: EAST.lat, lon, kmh: 61 });
  await eventually(page, async () => {
    const { x, width } = await free();
    const at = await pointOf(page, EAST.lat, lon);
    assert.ok(at.x > x && at.x < x + width, `${at.x} is under the drawer, of ${x} and ${width}`);
  });
  await mapRests(page);
  const from = await pointOf(page, EAST.lat - 0.2, lon);
  const { x, width } = await free();
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(x + width - 20, from.y, { steps: 4 });
  await page.mouse.up();
  await mapRests(page);
  const dragged = new URL(page.url()).searchParams.get('v');
  await fleet.report('863000000000902', { lat: EAST.lat, lon: lon + 0.02, kmh: 62 });
  await rowOf(page, 'Eastern').getByText('62 km/h').waitFor();
  await mapRests(page);
  assert.equal(new URL(page.url()).searchParams.get('v'), dragged);
  await fleet.report('863000000000902', { ...EAST, kmh: 60 });
  assertClean(seen);
});

/** Holds what matches `url` back until `until` is done. */
async function holdBack(page: Page, url: string, until: () => Promise<void>): Promise<void> {
  await page.route(url, async (route) => {
    await until();
    await route.continue();
  });
}

test('a link shows the same, whichever of map, vehicles and drawer comes first', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  const orders = {
    'the map is first': () => holdBack(page, '**/api/snapshot**', () => mapRests(page)),
    'the map is last': () =>
      holdBack(page, '**/tiles/**', () => page.locator('.drawer h2').waitFor()),
  } as const;
  for (const [order, asked, comes] of [
    ['the map is first', '7.300', '7.300'], // clear of the drawer
    ['the map is first', '6.900', '7.400'], // out of sight
    ['the map is last', '7.300', '7.300'],
  ] as const) {
    await orders[order]();
    await openMap(page, fleet.admin, `9.00/50.500/${asked}`, '&sel=863000000000902');
    await title(page, 'Eastern').waitFor();
    await eventually(page, async () => {
      const view = new URL(page.url()).searchParams.get('v');
      assert.equal(view, `9.00/50.500/${comes}`, `${order}, ${asked}`);
    });
    await fleet.report('863000000000902', { ...EAST, kmh: 60 }); // so that it is no paler
    await isDrawn(page, EAST, '--moving'); // the map is where the address says
    await page.unrouteAll({ behavior: 'wait' });
  }
  assertClean(seen);
});

test('the layers close when one clicks elsewhere, or chooses a vehicle', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, '9.00/50.500/7.200');
  const layers = page.locator('.layers');
  const open = async () => {
    await page.getByRole('button', { name: 'Layers' }).click();
    await layers.waitFor();
  };
  await open();
  await clickAt(page, { lat: 50.3, lon: 7.0 });
  await layers.waitFor({ state: 'detached' });
  await open();
  await clickAt(page, WEST);
  await layers.waitFor({ state: 'detached' });
  await open();
  await rowOf(page, 'Eastern').click();
  await layers.waitFor({ state: 'detached' });
  await open();
  const free = await page.locator('.map-over').boundingBox();
  assert.ok(free);
  await page.mouse.click(free.x + 40, free.y + 80, { button: 'right' }); // clear of the layers
  await layers.waitFor({ state: 'detached' });
  assertClean(seen);
});

test('sixty vehicles of one spot open as a list, and one in alarm stands out', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, '16.00/53.5000/9.9000');
  await isDrawn(page, HARBOUR, '--alarm');
  await pick(page, HARBOUR, 'Alarmed');
  await page.keyboard.press('Escape');
  await page.locator('.drawer').waitFor({ state: 'detached' });
  await fleet.report('863000000000900', { lat: 53.6, lon: 9.9, kmh: 0 });
  await eventually(page, async () => {
    // a click before the page knows that it left would select it
    const at = await pointOf(page, HARBOUR.lat, HARBOUR.lon);
    assert.ok((await pixelsOf(page, at, '--parked')) > 10, 'those who stay are not seen');
    assert.equal(await pixelsOf(page, at, '--alarm'), 0);
  });
  await eventually(page, async () => {
    const list = page.getByText('60 vehicles here');
    if (!(await list.isVisible())) await clickAt(page, HARBOUR);
    await settled(seen);
    assert.ok(await list.isVisible());
  });
  await page.locator('.spot input').fill('yard 42');
  await page.locator('.spot').getByRole('button', { name: 'Yard 42' }).click();
  await title(page, 'Yard 42').waitFor();
  await fleet.report('863000000000900', { ...HARBOUR, kmh: 0 });
  assertClean(seen);
});

test('the map comes back with its vehicles after the graphics card was lost', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, '10.00/50.600/7.100');
  await isDrawn(page, WEST, '--moving');
  await page.evaluate(
    () =>
      new Promise<void>((done) => {
        const canvas = document.querySelector<HTMLCanvasElement>('.map canvas');
        const lost = canvas?.getContext('webgl2')?.getExtension('WEBGL_lose_context');
        canvas?.addEventListener('webglcontextrestored', () => done());
        canvas?.addEventListener('webglcontextlost', () =>
          setTimeout(() => lost?.restoreContext()),
        );
        lost?.loseContext();
      }),
  );
  await isDrawn(page, WEST, '--moving');
  await pick(page, WEST, 'Western');
});

test('a browser without WebGL 2 gets the list, and is told why', async (t) => {
  const seen = await visit(t, server);
  const { page } = seen;
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext as (...args: unknown[]) => unknown;
    HTMLCanvasElement.prototype.getContext = function (this: unknown, ...args: unknown[]) {
      return args[0] === 'webgl2' ? null : real.apply(this, args);
    } as typeof HTMLCanvasElement.prototype.getContext;
  });
  await page.goto(`/api?fun=2&key=${fleet.admin.token}`);
  await page.getByText('This browser cannot draw the map').waitFor();
  await rowOf(page, 'Western').locator('.c-speed').waitFor();
});

test('keys find a vehicle, open it, follow it, and change what the map shows', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, '9.00/53.500/9.900');
  await page.keyboard.press('/');
  await page.keyboard.type('west');
  await page.getByRole('option', { name: 'Western' }).waitFor();
  await page.keyboard.press('Enter');
  await title(page, 'Western').waitFor();
  await eventually(page, async () => {
    const { x, y } = await pointOf(page, WEST.lat, WEST.lon);
    const free = await page.locator('.map-over').boundingBox();
    assert.ok(free && x > free.x && x < free.x + free.width && y > free.y);
  });
  await page.locator('.search input').press('Escape');
  await page.locator('#table').focus();
  await page.keyboard.press('f');
  await page.getByText('Following 1 vehicle').waitFor();
  await page.keyboard.press('f');
  await page.getByText('Following 1 vehicle').waitFor({ state: 'detached' });
  await page.keyboard.press('l');
  await page.getByRole('button', { name: 'Layers' }).click();
  assert.equal(await page.getByLabel('Plates').isChecked(), false);
  assertClean(seen);
});

/** The view of the address comes to be this: zoom, and the place in the middle of what is free. */
async function comesTo(page: Page, zoom: string, { lat, lon }: Place): Promise<void> {
  await eventually(page, async () => {
    assert.equal((new URL(page.url()).searchParams.get('v') ?? '').split('/')[0], zoom);
    const { x, y } = await pointOf(page, lat, lon);
    const free = await page.locator('.map-over').boundingBox();
    assert.ok(free && Math.abs(x - free.x - free.width / 2) < 20, `${x}`);
    assert.ok(Math.abs(y - free.y - free.height / 2) < 20, `${y}`);
  });
}

test('the search goes to a vehicle, as close as there are names; a row keeps the zoom', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, '6.00/51.500/8.500');
  await rowOf(page, 'Eastern').click();
  await title(page, 'Eastern').waitFor();
  await mapRests(page);
  assert.match(page.url(), /v=6\.00\//);
  const find = async (plate: string) => {
    await page.getByRole('combobox', { name: 'Search', exact: true }).fill(plate);
    await page.getByRole('option', { name: plate }).waitFor();
    await page.keyboard.press('Enter');
    await title(page, plate).waitFor();
  };
  await find('Western');
  await comesTo(page, '11.20', WEST);
  await page.getByRole('button', { name: 'Closer' }).click();
  await eventually(page, async () => assert.match(page.url(), /v=12\.20\//));
  await find('Eastern');
  await comesTo(page, '12.20', EAST);
  await page.goto(`/api?fun=2&key=${fleet.admin.token}&sel=863000000000901`);
  await eventually(page, async () => assert.match(page.url(), /v=11\.20\//));
  assertClean(seen);
});

test('before its tiles are there the ground is no sea', async (t) => {
  const seen = await visit(t, server, { ...STILL, colorScheme: 'light', clockS: server.nowS() });
  const { page } = seen;
  const held: Route[] = [];
  let isHeld = true;
  await page.route('**/tiles/base/**', async (route) => {
    if (isHeld) held.push(route);
    else await route.continue();
  });
  await page.goto(`/api?fun=2&key=${fleet.admin.token}&v=6.00/55.500/4.000`);
  await page.locator('.map[data-base="there"]').waitFor();
  await eventually(page, async () => {
    assert.ok(held.length > 0);
    assert.ok((await pixelsOf(page, await pointOf(page, 55.5, 4), '--map-ground')) > 900);
  });
  isHeld = false;
  for (const route of held) await route.continue();
  await mapRests(page);
  await eventually(page, async () => {
    assert.equal(await pixelsOf(page, await pointOf(page, 55.5, 4), '--map-ground'), 0);
  });
  assertClean(seen);
});

test('a right click tells what there is to do, and who is near', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  for (let n = 0; n < 8; n++) await fleet.report(yardId(n), PARKED); // offline ones are not near
  await fleet.report('863000000000901', { ...WEST, kmh: 60 });
  await fleet.report('863000000000902', { ...EAST, kmh: 60 });
  await openMap(page, fleet.admin, '9.00/50.500/7.200');
  const near = page.locator('.spot .spot-row');
  await eventually(page, async () => {
    await openMenu(page, 50.4, 7.0);
    await page.getByRole('button', { name: 'Nearest 10 vehicles' }).click({ timeout: 5000 });
    assert.ok(await near.first().isVisible());
  });
  assert.equal(await near.count(), 10);
  const plates = await page.locator('.spot .spot-name').allTextContents();
  assert.deepEqual(plates.slice(0, 2).sort(), ['Eastern', 'Western']);
  assertClean(seen);
});

test('a narrowed map shows its vehicles alone, and fits them', async (t) => {
  const seen = await visit(t, server, { ...STILL, clockS: server.nowS() });
  const { page } = seen;
  await openMap(page, fleet.admin, '', '&ids=Western,Eastern&type=1');
  await page.getByText('2 vehicles chosen by the link').waitFor();
  await page.keyboard.press('0');
  await isDrawn(page, WEST, '--moving');
  await eventually(page, async () => {
    await fleet.report('863000000000902', {});
    const at = await pointOf(page, EAST.lat, EAST.lon);
    assert.ok((await pixelsOf(page, at, '--moving')) > 20);
  });
  assertClean(seen);
});

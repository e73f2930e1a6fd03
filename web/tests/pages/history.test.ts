/** The history: list, map, timeline and player of a day, in the zone of the enterprise. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBarriers } from '../lib/axe.ts';
import { assertClean, closeBrowser, settled, visit } from '../lib/browser.ts';
import { drive, type Leg } from '../lib/drives.ts';
import { Fleet } from '../lib/fleet.ts';
import { eventually } from '../lib/pages.ts';
import { optionsOf, pairs, picture, type View } from '../lib/pictures.ts';
import { Server } from '../lib/server.ts';

after(closeBrowser);

/** A Monday, 15:30 in Shanghai. In Berlin clocks were put back the day before. */
const CLOCK_S = Date.UTC(2026, 9, 26, 7, 30) / 1000;
const utcS = (text: string) => Date.parse(`${text}Z`) / 1000;

const TRUCK = '863000000000001';
const VAN = '863000000000002';
const NEW = '863000000000003';
const NIGHT_BUS = '863000000000004';
const DAY_BUS = '863000000000005';
const GROWING = '863000000000006';
const LATE = '863000000000007';
const STANDING = '863000000000008';

const day: Leg[] = [
  { minutes: 30 },
  { minutes: 40, kmh: 50, course: 80 },
  { minutes: 30 },
  { minutes: 30, kmh: 60, course: 110 },
  { minutes: 10, kmh: 100, course: 60, alarm: 'sos' },
  { minutes: 90 },
  { minutes: 30, kmh: 35, course: 20 },
  { minutes: 15, kmh: 60, isSilent: true, course: 40 },
  { minutes: 20, kmh: 75, course: 300 },
  { minutes: 20 },
];

const server = new Server({ clockS: CLOCK_S });
await server.start();
after(() => server.close());

const shenzhen = await Fleet.make(server, { name: 'Pearl Freight', zone: 'Asia/Shanghai' });
await shenzhen.add(TRUCK, '粤B·88E21');
await shenzhen.add(VAN, 'Van 2');
await shenzhen.add(NEW, 'New one');
const start = { lat: 22.6, lon: 113.85 };
await drive(shenzhen, TRUCK, { ...start, atS: utcS('2026-10-24T02:00:00') }, [
  { minutes: 20, kmh: 40, course: 90 },
  { minutes: 20 },
]);
await drive(shenzhen, TRUCK, { ...start, atS: utcS('2026-10-26T00:00:00') }, day);
await drive(shenzhen, VAN, { lat: 22.75, lon: 113.9, atS: utcS('2026-10-26T01:00:00') }, [
  { minutes: 60, kmh: 45, course: 120 },
  { minutes: 30 },
]);

const berlin = await Fleet.make(server, { name: 'Nachtbus', zone: 'Europe/Berlin' });
await berlin.add(NIGHT_BUS, 'N1');
await berlin.add(DAY_BUS, 'D1');
await berlin.add(GROWING, 'G1');
const dayBusS = utcS('2026-10-26T07:00:00');
await drive(berlin, DAY_BUS, { lat: 52.5, lon: 13.4, atS: dayBusS }, [
  { minutes: 10, kmh: 30, course: 45 },
]);
await drive(berlin, GROWING, { lat: 52.5, lon: 13.4, atS: dayBusS }, [
  { minutes: 10, kmh: 30, course: 45 },
]);
// from 01:30 to 02:30 in the second pass of that hour, which is two hours
await drive(berlin, NIGHT_BUS, { lat: 52.5, lon: 13.4, atS: utcS('2026-10-24T23:00:00') }, [
  { minutes: 30 },
  { minutes: 120, kmh: 30, course: 45 },
  { minutes: 60 },
]);

const night = await Fleet.make(server, { name: 'Night mail', zone: 'Asia/Shanghai' });
await night.add(LATE, 'L1');
await drive(night, LATE, { ...start, atS: utcS('2026-10-25T15:00:00') }, [
  { minutes: 30 },
  { minutes: 60, kmh: 45, course: 120 },
  { minutes: 30 },
]);

await night.add(STANDING, 'S1');
await drive(night, STANDING, { ...start, atS: utcS('2026-10-26T00:00:00') }, [{ minutes: 60 }]);

const query = (fleet: Fleet, id: string, more = '') =>
  `/api?fun=3&key=${fleet.admin.token}&sel=${id}${more}`;

/** Opens a day, with its list there. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('.entry').first().waitFor();
}

/** Small and calm, since the map is drawn without a graphics card. */
const own = {
  clockS: CLOCK_S,
  viewport: { width: 1240, height: 640 },
  reducedMotion: 'reduce' as const,
};

/** By the real clock, for what has to move. */
const { clockS: _, ...quick } = own;

const mapAtRest = (page: Page) =>
  page.locator('.map[data-idle="true"][data-told="true"]').waitFor();
const readOut = (page: Page) => page.locator('.readout-time');
const textsOf = (page: Page, selector: string) => page.locator(selector).allTextContents();

/** The left and right edge of an element. */
function edges(page: Page, selector: string): Promise<[number, number]> {
  return page.locator(selector).evaluate((element): [number, number] => {
    const { left, right } = element.getBoundingClientRect();
    return [left, right];
  });
}

test('a trip over midnight stands in the list of both days', async (t) => {
  const seen = await visit(t, server, own);
  const { page } = seen;
  const ofDay = (date: string) => query(night, LATE, `&from=${date}&to=${date}`);
  await open(page, ofDay('2026-10-25'));
  await page.locator('.entry.trip').getByText('23:30 – 00:30').waitFor();
  await open(page, ofDay('2026-10-26'));
  const trip = page.locator('.entry.trip');
  await trip.getByText('10-25 23:30 – 10-26 00:30').waitFor();
  assert.equal(await trip.count(), 1);
  assert.match((await textsOf(page, '.entry b'))[1] ?? '', /^00:30 – /);
  // the player goes where the day begins, which is as far as its fixes reach
  await trip.click();
  await readOut(page).getByText('00:00:00', { exact: true }).waitFor();
  assertClean(seen);
});

test('list, axis, band and print tell the time of the enterprise, wherever the browser is', async (t) => {
  const seen = await visit(t, server, { ...own, timezoneId: 'America/New_York' });
  const { page } = seen;
  await open(page, query(shenzhen, TRUCK));
  assert.deepEqual(await textsOf(page, '.entry b'), [
    ...['00:00 – 08:30', '08:30 – 09:10', '09:10 – 09:40', '09:40 – 10:20', '10:10'],
    ...['10:20 – 11:50', '11:50 – 12:19', '12:19 – 12:35', '12:35 – 12:55', '12:55 – now'],
  ]);
  await page.getByText('Times: Asia/Shanghai').waitFor();
  const ticks = page.locator('.hours span');
  const first = Number(await ticks.first().getAttribute('data-at'));
  const last = Number(await ticks.last().getAttribute('data-at'));
  assert.equal(first, utcS('2026-10-25T16:00:00'));
  assert.equal(last - first, 24 * 3600);
  const trip = page.locator('.entry.trip').nth(1);
  await trip.click();
  await readOut(page).getByText('09:40:00', { exact: true }).waitFor();
  // the needle stands where the band turns green, at 9:40 of 24 hours
  const [left, right] = await edges(page, '.bands');
  const at = left + ((9 + 40 / 60) / 24) * (right - left);
  const [needle] = await edges(page, '.needle');
  assert.ok(Math.abs(needle - at) < 3, `${needle} ${at}`);
  const moves = page.locator(`.band-part.moving[data-from="${utcS('2026-10-26T01:40:00')}"]`);
  const [band] = await edges(page, `.band-part.moving[data-from="${utcS('2026-10-26T01:40:00')}"]`);
  assert.equal(await moves.count(), 1);
  assert.ok(Math.abs(band - at) < 3, `${band} ${at}`);
  // the chart is drawn over the same width
  const [plotLeft, plotRight] = await edges(page, '.chart .u-over');
  assert.ok(Math.abs(plotLeft - left) < 2 && Math.abs(plotRight - right) < 2);
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  const text = readFileSync(await file.path(), 'utf8');
  assert.match(text, /2026-10-26[T ]09:40:00/);
  assert.match(text, /Asia\/Shanghai/);
  await page.emulateMedia({ media: 'print' });
  const printed = page.locator('.print-sheet');
  await printed.getByText('Times in Asia/Shanghai').waitFor();
  assert.ok((await printed.locator('td').allTextContents()).includes('09:40 – 10:20'));
  assertClean(seen);
});

test('a day on which clocks go back has 25 hours', async (t) => {
  const seen = await visit(t, server, { ...own, timezoneId: 'America/New_York' });
  const { page } = seen;
  await open(page, query(berlin, NIGHT_BUS, '&from=2026-10-25'));
  const ticks = page.locator('.hours span');
  const firstS = Number(await ticks.first().getAttribute('data-at'));
  const lastS = Number(await ticks.last().getAttribute('data-at'));
  assert.equal(firstS, utcS('2026-10-24T22:00:00'));
  assert.equal(lastS, firstS + 25 * 3600);
  const trip = page.locator('.entry.trip');
  assert.equal(await trip.locator('b').textContent(), '01:30 – 02:30');
  assert.equal(await trip.locator('.entry-time').textContent(), '2 h 00');
  const [left, right] = await edges(page, '.bands');
  const [from, to] = await edges(page, '.band-part.moving');
  const hour = (right - left) / 25;
  assert.ok(Math.abs(from - left - 1.5 * hour) < 3);
  assert.ok(Math.abs(to - from - 2 * hour) < 3);
  await page.locator('.entry.stop').last().click();
  await readOut(page).getByText('02:30:00', { exact: true }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('from'), '2026-10-25');
  assertClean(seen);
});

test('a vehicle that only stood is shown among names of places', async (t) => {
  const seen = await visit(t, server, own);
  const { page } = seen;
  await open(page, query(night, STANDING));
  await page.locator('.scale').getByText('2 km', { exact: true }).waitFor();
  assertClean(seen);
});

test('what the search of the top bar leaves is what there is to choose', async (t) => {
  const seen = await visit(t, server, own);
  const { page } = seen;
  await page.goto(`/api?fun=3&key=${shenzhen.admin.token}`);
  const listed = page.locator('.vehicle-list li');
  await eventually(page, async () => assert.equal(await listed.count(), 3));
  const search = page.getByRole('combobox', { name: 'Search', exact: true });
  await search.fill('van');
  await eventually(page, async () => assert.deepEqual(await listed.allTextContents(), ['Van 2']));
  await page.getByRole('button', { name: 'All 1', exact: true }).waitFor();
  await search.fill('nobody');
  await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).click();
  await eventually(page, async () => assert.equal(await listed.count(), 3));
  assertClean(seen);
});

test('a click on the track goes to its time', async (t) => {
  const seen = await visit(t, server, own);
  const { page } = seen;
  await open(page, query(shenzhen, TRUCK));
  await mapAtRest(page);
  // until the map has come to where it shows all of the day
  await eventually(page, async () => {
    await page.locator('.entry.stop').nth(1).click();
    await readOut(page).getByText('09:10:00', { exact: true }).waitFor();
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft');
    await readOut(page).getByText('09:04:00', { exact: true }).waitFor();
    const box = await page.locator('.history-head.one').boundingBox();
    assert.ok(box);
    await page.locator('.entry').first().click();
    await readOut(page).getByText('08:00:00', { exact: true }).waitFor();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await readOut(page).getByText('09:04:00', { exact: true }).waitFor({ timeout: 10_000 });
  });
  assertClean(seen);
});

test('today goes on while it is looked at', async (t) => {
  const seen = await visit(t, server, { clockS: server.nowS(), reducedMotion: 'reduce' });
  const { page } = seen;
  await open(page, query(berlin, GROWING));
  const fixes = async () => Number(await page.locator('main.history').getAttribute('data-fixes'));
  const before = await fixes();
  await berlin.report(GROWING, { lat: 52.53, lon: 13.5, kmh: 40, course: 90, ignition: true });
  await eventually(page, async () => assert.equal(await fixes(), before + 1));
  await page.locator('.entry').filter({ hasText: 'now' }).first().waitFor();
  await settled(seen);
  assertClean(seen);
});

test('the player goes over stops, and keys move it', async (t) => {
  // so wide that each speed has a button of its own
  const seen = await visit(t, server, { ...quick, viewport: { width: 1600, height: 640 } });
  const { page } = seen;
  await open(page, query(shenzhen, TRUCK, `&from=2026-10-26&t=${utcS('2026-10-26T01:09:30')}`));
  await readOut(page).getByText('09:09:30', { exact: true }).waitFor();
  await page.evaluate(() => {
    const shown: string[] = [];
    const time = document.querySelector('.readout-time') as Element;
    const note = () => shown.push(time.textContent ?? '');
    new MutationObserver(note).observe(time, { characterData: true, subtree: true });
    Object.assign(window, { shown });
  });
  // at 20×, the rest of the day takes minutes: it is paused before it is over
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown);
  await eventually(page, async () => {
    assert.ok((await shown()).some((time) => time >= '09:41:00'));
  });
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  const within = (await shown()).filter((time) => time > '09:10:01' && time < '09:39:59');
  assert.deepEqual(within, []);
  await page.keyboard.press('>');
  await page.getByRole('button', { name: '60×', pressed: true }).waitFor();
  await page.locator('.entry.trip').nth(1).click();
  await readOut(page).getByText('09:40:00', { exact: true }).waitFor();
  await page.keyboard.press(',');
  await readOut(page).getByText('09:10:00', { exact: true }).waitFor();
  await page.keyboard.press('.');
  await readOut(page).getByText('10:20:00', { exact: true }).waitFor();
  await page.keyboard.press('ArrowLeft');
  await readOut(page).getByText('10:19:00', { exact: true }).waitFor();
  await page.keyboard.press('Shift+ArrowRight');
  await readOut(page).getByText('10:20:00', { exact: true }).waitFor();
  await page.keyboard.press('<');
  await page.getByRole('button', { name: '20×', pressed: true }).waitFor();
  assertClean(seen);
});

test('several vehicles share one axis', async (t) => {
  const seen = await visit(t, server, own);
  const { page } = seen;
  await open(page, query(shenzhen, TRUCK));
  await page.getByRole('button', { name: 'Add a vehicle' }).click();
  await page.getByRole('searchbox', { name: 'Plate or ID' }).fill('van');
  await page.locator('.vehicle-list').getByRole('button', { name: 'Van 2' }).click();
  await page.locator('.bands > .car-1').waitFor();
  assert.equal(await page.locator('.bands > .band').count(), 2);
  assert.equal(await page.locator('.history .history-totals p').count(), 2);
  assert.equal(new URL(page.url()).searchParams.get('also'), VAN);
  const trip = page.locator('.entry.trip', { has: page.locator('.car-dot.car-1') });
  assert.equal(await trip.locator('b').textContent(), '09:00 – 10:00');
  await page.getByRole('button', { name: 'Take away 粤B·88E21' }).click();
  await page.locator('.bands > .many').first().waitFor({ state: 'detached' });
  assert.deepEqual(await textsOf(page, '.entry.trip b'), ['09:00 – 10:00']);
  assertClean(seen);
});

test('the calendar shades days with data, and an empty day leads to them', async (t) => {
  const seen = await visit(t, server, own);
  const { page } = seen;
  await page.goto(query(shenzhen, TRUCK, '&from=2026-10-23'));
  await page.getByText('No movement on Fri 23 Oct 2026.').waitFor();
  await page.goto(query(shenzhen, TRUCK, '&from=2026-10-25'));
  await page.getByText('No movement on Sun 25 Oct 2026.').waitFor();
  await page.getByRole('button', { name: 'Choose days' }).click();
  await page.locator('[data-date="2026-10-26"].shade-2').waitFor();
  await page.locator('[data-date="2026-10-24"].shade-1').waitFor();
  await page.locator('[data-date="2026-10-23"].none').waitFor();
  assert.ok(await page.locator('[data-date="2026-10-27"]').isDisabled());
  await page.keyboard.press('Escape');
  const lead = page.getByRole('button', { name: /^Show Sat 24 Oct 2026/ });
  const isWithin = await lead.evaluate((at) => {
    const room = at.closest('.no-movement')?.getBoundingClientRect();
    return room !== undefined && at.getBoundingClientRect().right <= room.right;
  });
  assert.ok(isWithin, 'the button goes beyond its panel');
  await lead.click();
  await page.locator('.entry.trip').waitFor();
  assert.deepEqual(await textsOf(page, '.entry.trip b'), ['10:00 – 10:20']);
  await page.keyboard.press('n');
  await page.getByText('No movement on Sun 25 Oct 2026.').waitFor();
  await page.goto(query(shenzhen, NEW));
  await page.getByText('This vehicle has never reported.').waitFor();
  assertClean(seen);
});

/** Whether the row of the player keeps to the page, and tells the whole of time, speed and way. */
async function assertWhole(page: Page): Promise<void> {
  const cut = await page
    .locator('.player-row, .player-row > *, .readout-line:first-child')
    .evaluateAll((all) =>
      all
        .filter((each) => {
          const isOut = each.getBoundingClientRect().right > innerWidth + 1;
          const isCut = each.matches('.player-row, .readout-line');
          return isOut || (isCut && each.scrollWidth > each.clientWidth + 1);
        })
        .map((each) => each.className),
    );
  assert.deepEqual(cut, []);
}

async function show(page: Page, view: View, url: string): Promise<void> {
  await page.addInitScript((language) => {
    localStorage.setItem('odograph.language', language);
  }, view.language);
  await page.goto(url);
}

for (const [i, pair] of pairs.slice(0, 2).entries()) {
  for (const view of pair) {
    test(`pictures: ${view.name}`, async (t) => {
      const seen = await visit(t, server, optionsOf(view, CLOCK_S));
      const { page } = seen;
      const at = `&t=${utcS('2026-10-26T02:12:00')}`;
      const url = query(shenzhen, TRUCK, i === 0 ? at : `${at}&also=${VAN}`);
      await show(page, view, url);
      await page.locator('.entry').first().waitFor();
      // a phone has no chart until it is asked for
      await page.locator(view.viewport.width > 768 ? '.chart .u-over' : '.timeline').waitFor();
      await mapAtRest(page);
      await settled(seen);
      assert.deepEqual(await findBarriers(page), []);
      await assertWhole(page);
      await picture(page, `history-${view.name}`);
      if (i === 0 && view.viewport.width > 768) {
        await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
        await page.emulateMedia({ media: 'print' });
        await page.locator('.print-map canvas').waitFor();
        await picture(page, 'history-print');
      }
      assertClean(seen);
    });
  }
}

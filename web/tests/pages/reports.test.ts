/** The reports: what is asked for, what is found, its files, its print, in the enterprise's zone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { KINDS } from '../../src/reports/kinds.ts';
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
const NIGHT_BUS = '863000000000004';

const day: Leg[] = [
  { minutes: 30 },
  { minutes: 40, kmh: 50, course: 80 },
  { minutes: 30 },
  { minutes: 30, kmh: 60, course: 110, alarm: 'sos' },
  { minutes: 90 },
];

const server = new Server({ clockS: CLOCK_S });
await server.start();
after(() => server.close());

const shenzhen = await Fleet.make(server, { name: 'Pearl Freight', zone: 'Asia/Shanghai' });
const north = await shenzhen.addGroup('North');
await shenzhen.add(TRUCK, '粤B·88E21', { GroupID: north });
await shenzhen.add(VAN, '=Van 2', { GroupID: north });
await drive(shenzhen, TRUCK, { lat: 22.6, lon: 113.85, atS: utcS('2026-10-26T00:00:00') }, day);
await drive(shenzhen, VAN, { lat: 22.75, lon: 113.9, atS: utcS('2026-10-25T15:30:00') }, [
  { minutes: 60, kmh: 45, course: 120 },
  { minutes: 30 },
]);

const berlin = await Fleet.make(server, { name: 'Nachtbus', zone: 'Europe/Berlin' });
await berlin.add(NIGHT_BUS, 'N1');
// from 01:30 to 02:30 in the second pass of that hour, which is two hours
await drive(berlin, NIGHT_BUS, { lat: 52.5, lon: 13.4, atS: utcS('2026-10-24T23:00:00') }, [
  { minutes: 30 },
  { minutes: 120, kmh: 30, course: 45 },
  { minutes: 60 },
]);

const query = (fleet: Fleet, more = '') => `/api?fun=4&key=${fleet.admin.token}${more}`;
const textsOf = (page: Page, selector: string) => page.locator(selector).allTextContents();

async function show(page: Page, view: View, url: string): Promise<void> {
  await page.addInitScript((language) => {
    localStorage.setItem('odograph.language', language);
  }, view.language);
  await page.goto(url);
}

const rowsOf = (page: Page) => page.locator('.report-body [data-place]');
const cellsOf = (page: Page, place: number) =>
  page.locator(`[data-place="${place}"] .value`).allTextContents();

/** What all rows tell, from the top. */
async function tableOf(page: Page): Promise<string[][]> {
  const found: string[][] = [];
  for (let place = 0; place < (await rowsOf(page).count()); place++)
    found.push(await cellsOf(page, place));
  return found;
}

const shanghai = {
  clockS: CLOCK_S,
  timezoneId: 'America/New_York',
  reducedMotion: 'reduce' as const,
};

test('a small report is read by itself, in the time of the enterprise, and its row is on the map', async (t) => {
  const seen = await visit(t, server, shanghai);
  const { page } = seen;
  await page.goto(query(shenzhen));
  await page.getByRole('heading', { name: 'Choose vehicles' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Run' }).count(), 0);
  await page.getByRole('button', { name: 'Trips', exact: true }).click();
  await page.getByRole('checkbox', { name: 'North' }).check();
  // the van set out at half past eleven of the day before
  await rowsOf(page).nth(1).waitFor();
  await page.getByText('Times in Asia/Shanghai').waitFor();
  assert.deepEqual(
    (await tableOf(page)).map((cells) => cells.slice(0, 3)),
    [
      ['粤B·88E21', '2026-10-26 08:30:00', '2026-10-26 09:10:00'],
      ['粤B·88E21', '2026-10-26 09:40:00', '2026-10-26 10:10:00'],
    ],
  );
  await page.getByRole('button', { name: 'This week' }).click();
  await page.getByRole('button', { name: 'Range' }).click();
  await page.getByLabel('From').fill('2026-10-25');
  await rowsOf(page).nth(2).waitFor();
  await page.getByRole('button', { name: /^Vehicle/ }).click();
  assert.equal((await cellsOf(page, 0))[1], '2026-10-25 23:30:00');
  const [, , , km = ''] = await cellsOf(page, 1);
  assert.ok(Number(km) > 20 && Number(km) < 50, km);
  await page.locator('[data-place="0"]').click();
  await page.locator('.map[data-idle="true"]').waitFor();
  await page.locator('.report-detail').getByText('2026-10-25 23:30:00').waitFor();
  // what is asked for stands in the address: a colleague sees the same
  await eventually(page, async () => {
    const asked = new URL(page.url()).searchParams;
    assert.deepEqual(
      ['fun', 'kind', 'of', 'per', 'from'].map((name) => asked.get(name)),
      ['4', 'trips', `.${north}`, 'range', '2026-10-25'],
    );
  });
  await page.locator('.report-detail').getByRole('button', { name: 'History' }).click();
  await page.locator('.entry.trip').first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get('sel'), VAN);
  assertClean(seen);
});

test('an hour that comes twice is told apart, and nothing found is said with what was searched', async (t) => {
  const seen = await visit(t, server, shanghai);
  const { page } = seen;
  const day = '&per=range&from=2026-10-25&to=2026-10-25';
  await page.goto(query(berlin, `&kind=days&of=${NIGHT_BUS}${day}`));
  await rowsOf(page).first().waitFor();
  const names = await textsOf(page, '.report-head .value');
  const cells = await cellsOf(page, 0);
  const told = (name: string) => cells[names.indexOf(name)];
  assert.deepEqual([told('Date'), told('Driving'), told('Trips')], ['2026-10-25', '2:00:00', '1']);
  // heard of from one o'clock on, which leaves 24 of the 25 hours, up to 23:59:59
  assert.equal(told('Stopped'), '21:59:59');
  await page.getByRole('button', { name: 'Alarms', exact: true }).click();
  await page.getByRole('heading', { name: 'No alarms in this period' }).waitFor();
  await page
    .getByText('Searched: N1, Sun 25 Oct 2026. Times are those of Europe/Berlin.')
    .waitFor();
  assertClean(seen);
});

test('a large report waits for its button, is cancelled, and what fails leaves what was there', async (t) => {
  const seen = await visit(t, server, shanghai);
  const { page } = seen;
  await page.goto(query(shenzhen, '&kind=stops&of=*&per=thisMonth'));
  const run = page.getByRole('button', { name: 'Run', exact: true });
  await run.waitFor();
  await page.getByText('2 vehicles × 26 days').waitFor();
  let isHeld = true;
  await page.route('**/api/manage/GetStops', (route) => (isHeld ? undefined : route.continue()));
  await run.click();
  await page.getByText('0 of 2 vehicles').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await run.waitFor();
  isHeld = false;
  await run.click();
  await rowsOf(page).first().waitFor();
  const before = await tableOf(page);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.route('**/api/manage/GetStops', (route) => route.abort());
  await page.getByRole('button', { name: 'Read again' }).click();
  await page.getByRole('alert').getByText('The report could not be read.').waitFor();
  assert.deepEqual(await tableOf(page), before);
  seen.faults = seen.faults.filter((fault) => !fault.includes('ERR_FAILED'));
  assertClean(seen);
});

test('on a phone a large report is run where it is said that it waits', async (t) => {
  const seen = await visit(t, server, { ...shanghai, viewport: { width: 390, height: 844 } });
  const { page } = seen;
  await page.goto(query(shenzhen, '&kind=stops&of=*&per=thisMonth'));
  await page.getByRole('heading', { name: 'Ready to run' }).waitFor();
  await picture(page, 'reports-ready-light-en-phone');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await rowsOf(page).first().waitFor();
  assertClean(seen);
});

/** The rows of a CSV file, without its titles; no cell of these has a comma within quotes twice. */
function csvRows(text: string): string[][] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split('\r\n');
  const cells = (line: string) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
      quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
    );
  return lines.map(cells);
}

test('a file has what the page shows, in the time of the enterprise, and is listed until it is deleted', async (t) => {
  const seen = await visit(t, server, shanghai);
  const { page } = seen;
  await page.goto(
    query(shenzhen, `&kind=trips&of=.${north}&per=range&from=2026-10-25&to=2026-10-26`),
  );
  await rowsOf(page).nth(2).waitFor();
  const shown = await tableOf(page);
  await page.getByRole('button', { name: 'Files' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Make CSV of this report' }).click(),
  ]);
  const rows = csvRows(readFileSync(await file.path(), 'utf8'));
  assert.ok(rows.flat().some((cell) => cell.includes('Asia/Shanghai')));
  const head = rows.findIndex((cells) => cells.includes('Start'));
  const at = (name: string) => (rows[head] ?? []).indexOf(name);
  const told = rows
    .slice(head + 1)
    .map((cells) => ['Start', 'End', 'From', 'To'].map((name) => cells[at(name)]));
  assert.deepEqual(
    told,
    shown.map((cells) => [cells[1], cells[2], cells[9], cells[11]]),
  );
  const km = rows.slice(head + 1).map((cells) => Number(cells[at('Distance (km)')]).toFixed(1));
  assert.deepEqual(
    km,
    shown.map((cells) => cells[3]),
  );
  const vehicles = rows.slice(head + 1).map((cells) => cells[at('Vehicle')]);
  assert.deepEqual(vehicles, ['粤B·88E21', '粤B·88E21', "'=Van 2"]);
  const listed = page.locator('.file-line');
  await listed.getByText('Trips · CSV').waitFor();
  await listed.getByRole('button', { name: /^Delete/ }).click();
  await page.getByText('None yet.').waitFor();
  assertClean(seen);
});

/** Of each column of the page, which one of the file it is; numbers are shown with so many digits. */
const SAME = {
  mileage: [
    'Vehicle',
    ['Distance (km)', 1],
    'Trips',
    'Driving',
    'Idling',
    ['Highest speed (km/h)', 0],
    'Fuel used (l)',
    'Place',
    'Latitude, Longitude',
  ],
  latest: [
    'Vehicle',
    'Number',
    'Position of',
    'Received',
    'Online',
    ['Speed (km/h)', 0],
    'Course (°)',
    ['Odometer (km)', 1],
    'Fuel (l)',
    'Status',
    'Place',
    'Latitude, Longitude',
  ],
} as const;

for (const [kind, columns] of Object.entries(SAME)) {
  test(`the page and the file have the same columns: ${kind}`, async (t) => {
    const seen = await visit(t, server, shanghai);
    const { page } = seen;
    const range = kind === 'latest' ? '' : '&per=range&from=2026-10-25&to=2026-10-26';
    await page.goto(query(shenzhen, `&kind=${kind}&of=.${north}${range}`));
    await rowsOf(page).nth(1).waitFor();
    const shown = await tableOf(page);
    await page.getByRole('button', { name: 'Files' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Make CSV of this report' }).click(),
    ]);
    const rows = csvRows(readFileSync(await file.path(), 'utf8'));
    const head = rows.findIndex((cells) => cells.includes('Vehicle'));
    const cellOf = (cells: string[], name: string) => cells[(rows[head] ?? []).indexOf(name)] ?? '';
    const told = rows.slice(head + 1).map((cells) =>
      columns.map((column) => {
        const [name, digits] = typeof column === 'string' ? [column, null] : column;
        if (digits !== null) return Number(cellOf(cells, name)).toFixed(digits);
        return name
          .split(', ')
          .map((each) => cellOf(cells, each))
          .join(', ');
      }),
    );
    // ages go on in a status, units and courses are written for people
    const plain = (cells: string[]) =>
      cells.map((cell, at) => {
        const name = columns[at];
        if (name === 'Status') return cell === '' ? '' : 'told';
        if (name === 'Vehicle') return cell.replace(/^'=/, '=');
        return name === 'Course (°)' ? (/\d+/.exec(cell)?.[0] ?? '') : cell.replace(/^–$/, '');
      });
    assert.deepEqual(told.map(plain), shown.map(plain));
    assertClean(seen);
  });
}

test('a schedule asks for no addresses where the server sends no mail, and says so', async (t) => {
  const seen = await visit(t, server, shanghai);
  const { page } = seen;
  await page.goto(query(shenzhen, `&kind=trips&of=*&per=lastWeek`));
  await rowsOf(page).first().waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByLabel('Name').fill('Weekly trips');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Make Weekly trips regularly' }).click();
  await page.getByText('This server sends no mail').waitFor();
  assert.equal(await page.getByLabel('Mail to').count(), 0);
  assert.deepEqual(await findBarriers(page), []);
  await picture(page, 'reports-schedule-no-mail');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('.plan-dialog .file-line').waitFor();
  await picture(page, 'reports-schedules');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Delete Weekly trips' }).click();
  assertClean(seen);
});

test('a report is saved by a name, and one click asks for it again', async (t) => {
  const seen = await visit(t, server, shanghai);
  const { page } = seen;
  await page.goto(query(shenzhen, `&kind=trips&of=.${north}&opt=3`));
  await rowsOf(page).first().waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Trips of the north');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.goto(query(shenzhen));
  await page.getByRole('button', { name: /^Trips of the north/ }).click();
  await rowsOf(page).first().waitFor();
  assert.equal(await page.getByLabel('A stop ends a trip after, minutes').inputValue(), '3');
  await page.getByRole('button', { name: 'Delete Trips of the north' }).click();
  await page.getByRole('button', { name: /^Trips of the north/ }).waitFor({ state: 'detached' });
  assertClean(seen);
});

test('the online monitor is saved as it is shown, and no plate is a formula', async (t) => {
  const seen = await visit(t, server, shanghai);
  const { page } = seen;
  await page.goto(`/api?fun=1&key=${shenzhen.admin.token}&sort=-plate`);
  await page.locator('[data-row="1"]').waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV, as shown' }).click(),
  ]);
  const text = readFileSync(await file.path(), 'utf8');
  const lines = text.split('\r\n').map((line) => line.split(','));
  assert.match(
    text,
    /^\uFEFFOnline monitor,Pearl Freight,As of 2026-10-26 15:\d\d:\d\d \(Asia\/Shanghai\)\r\n/,
  );
  const at = (lines[1] ?? []).indexOf('Plate');
  assert.deepEqual([lines[2]?.[at], lines[3]?.[at]], ['粤B·88E21', "'=Van 2"]);
  assert.match(text, /Shenzhen/);
  assertClean(seen);
});

for (const [i, pair] of pairs.slice(0, 2).entries()) {
  for (const view of pair) {
    test(`pictures: ${view.name}`, async (t) => {
      const seen = await visit(t, server, optionsOf(view, CLOCK_S));
      const { page } = seen;
      const isPhone = view.viewport.width < 768;
      await show(page, view, query(shenzhen));
      await page.locator('.report-panel').waitFor();
      await settled(seen);
      await picture(page, `reports-none-${view.name}`);
      assert.deepEqual(await findBarriers(page), []);
      const kind = i === 0 ? 'trips' : 'mileage';
      await page.goto(query(shenzhen, `&kind=${kind}&of=*&per=lastWeek`));
      await rowsOf(page).first().waitFor();
      if (!isPhone) await page.locator('.report-bars .u-over').waitFor();
      await settled(seen);
      await picture(page, `reports-${view.name}`);
      if (!isPhone) {
        const hidden = await page
          .locator('.report-table')
          .evaluate((table) => table.scrollWidth - table.clientWidth);
        assert.ok(hidden <= 0, `${hidden} pixels of the columns are out of sight`);
      }
      await rowsOf(page).first().click();
      await page.locator('.map[data-idle="true"]').waitFor();
      await settled(seen);
      await picture(page, `reports-map-${view.name}`);
      assert.deepEqual(await findBarriers(page), []);
      for (const each of KINDS.filter((_, place) => place % 2 === i)) {
        const range = each === 'latest' ? '' : '&per=range&from=2026-10-25&to=2026-10-26';
        await page.goto(query(shenzhen, `&kind=${each}&of=*${range}`));
        await page.locator('[data-place], .report-empty[role=status]').first().waitFor();
        await settled(seen);
        await picture(page, `reports-${each}-${view.name}`);
      }
      await page.goto(query(shenzhen, `&kind=trips&of=*&per=lastWeek`));
      await rowsOf(page).first().waitFor();
      if (i === 0 && !isPhone) {
        await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
        await page.emulateMedia({ media: 'print' });
        await page.locator('.report-sheet').waitFor();
        await picture(page, 'reports-print');
        const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
        const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(paper) ?? [];
        assert.ok(Number(width) > Number(height), `${width} ${height}`);
      }
      assertClean(seen);
    });
  }
}

/**
 * A fleet from nothing to an alarm that somebody has seen to: the reseller, the customer and its
 * user, two hundred devices of a file, a tracker that knocks, a circle and a vehicle that drives
 * into it, a command and its answer. Told once; done in English and in Chinese, and by keys alone.
 */
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { assertClean, closeBrowser, settled, type Visit, visit } from '../lib/browser.ts';
import { type Hand, Keys, Mouse } from '../lib/hand.ts';
import { clickAt, mapRests } from '../lib/map.ts';
import { picture } from '../lib/pictures.ts';
import { ROOT_PASSWORD, type Server, serve } from '../lib/server.ts';
import { simulate, trackFile } from '../lib/simulator.ts';
import { QUERY_POSITION, Tracker } from '../lib/tracker.ts';
import { type Language, wordsOf } from '../lib/words.ts';

after(closeBrowser);

const DEVICES = 200;
/** A terminal of the file; the simulator counts on from it. */
const FIRST = 13_800_000_001;
const terminal = (n: number) => String(FIRST + n).padStart(12, '0');
const STRANGER = terminal(DEVICES);
const DEPOT = { lat: 53.55, lon: 10 };
/** 250 m before it, so that one view of the map holds both. */
const OUTSIDE = { lat: 53.55, lon: 9.9962 };
/** 250 m in 8 s: some 110 km/h. */
const FIXES = 9;
const STOOD_AGO_S = 600;
const VIEW = { reducedMotion: 'reduce' as const, viewport: { width: 1240, height: 720 } };
const PASSWORD = 'secret-1';

const NAMES = {
  en: { reseller: 'Reseller', customer: 'Harbour', user: 'yuki', depot: 'Depot', note: 'Expected' },
  zh: { reseller: '经销商', customer: '港口', user: 'yuki', depot: '车场', note: '计划内' },
};

interface Told {
  server: Server;
  seen: Visit;
  page: Page;
  hand: Hand;
  w: ReturnType<typeof wordsOf>;
  names: (typeof NAMES)['en'];
}

const button = (of: Page | Locator, name: string) => of.getByRole('button', { name, exact: true });
const side = (page: Page) => page.locator('.set-side');
const rowOf = (page: Page, name: string) => page.locator('.set-table tbody tr', { hasText: name });

async function logIn({ page, hand, w }: Told, name: string, password: string): Promise<void> {
  await hand.write(page.getByLabel(w('login.name'), { exact: true }), name);
  await hand.write(page.getByLabel(w('login.password'), { exact: true }), password);
  await hand.press(button(page, w('login.button')));
  await button(page, w('top.account')).waitFor();
}

async function section({ page, hand, w }: Told, name: string): Promise<void> {
  await hand.press(button(page.getByRole('navigation', { name: w('page.settings') }), name));
  await page.getByRole('heading', { name, level: 2 }).waitFor();
}

/** What is written into a field, or chosen: of a list by its text, of a box nothing. */
async function fillIn({ hand, page, w }: Told, values: readonly [string, string][]): Promise<void> {
  for (const [label, value] of values) {
    const needed = w('set.needed').replace(/[()]/g, '\\$&');
    const field = side(page).getByLabel(new RegExp(`^${label}( ${needed})?$`));
    const kind = await field.evaluate((found) => (found as HTMLInputElement).type);
    if (kind === 'select-one') await hand.choose(field, value);
    else if (kind === 'checkbox') await hand.check(field);
    else await hand.write(field, value);
  }
}

async function add(told: Told, name: string, values: readonly [string, string][]): Promise<void> {
  const { page, hand } = told;
  await hand.press(button(page.locator('.set-bar'), name));
  await fillIn(told, values);
  await hand.press(button(side(page), name));
  await side(page).waitFor({ state: 'detached' });
}

async function makeHouses(told: Told): Promise<void> {
  const { page, hand, w, names } = told;
  await logIn(told, 'root', ROOT_PASSWORD);
  await hand.press(button(page, w('page.settings')));
  await section(told, w('section.enterprises'));
  await add(told, w('houses.add'), [
    [w('houses.name'), names.reseller],
    [w('houses.zone'), 'Asia/Shanghai'],
    [w('houses.subdivide'), ''],
  ]);
  await rowOf(page, names.reseller).waitFor();
  await add(told, w('houses.add'), [
    [w('houses.name'), names.customer],
    [w('houses.parent'), names.reseller],
    [w('houses.zone'), 'Europe/Berlin'],
  ]);
  await rowOf(page, names.customer).getByText(names.reseller).waitFor();
  await hand.press(page.getByRole('button', { name: new RegExp(`^${w('menu.enterprise')}: `) }));
  await hand.write(page.getByRole('combobox', { name: w('hold.search') }), names.customer);
  await page.getByRole('option', { name: names.customer }).waitFor();
  await page.keyboard.press('Enter');
  await section(told, w('section.users'));
  await add(told, w('users.add'), [
    [w('users.name'), names.user],
    [w('users.password'), PASSWORD],
    [w('users.role'), `${w('role.admin')}: ${w('users.role.admin')}`],
  ]);
  await rowOf(page, names.user).getByText(w('role.admin')).waitFor();
  await hand.press(button(page, w('top.account')));
  await hand.press(button(page, w('menu.logout')));
}

async function importDevices(told: Told): Promise<void> {
  const { page, hand, w, names } = told;
  await logIn(told, names.user, PASSWORD);
  await hand.press(button(page, w('page.settings')));
  await section(told, w('section.devices'));
  await hand.press(button(page, w('csv.import')));
  const lines = Array.from({ length: DEVICES }, (_, n) => `${terminal(n)},C ${n}`);
  const text = ['DeviceID,VehiclePlate', ...lines, `${terminal(7)},C 7 again`].join('\n');
  await hand.give(page.locator('input[type=file]'), 'fleet.csv', text);
  await page.getByText(w('csv.good', { n: DEVICES })).waitFor();
  await hand.check(page.getByLabel(w('csv.onlyBad')));
  await page.getByText(w('csv.double', { number: '9' })).waitFor();
  await hand.press(button(page, w('csv.leaveOut', { number: String(DEVICES + 2) })));
  await hand.press(button(page, w('csv.send', { n: DEVICES })));
  await page.getByText(w('csv.done', { n: DEVICES })).waitFor();
  await page.getByText(new RegExp(`1.50.*${DEVICES}`)).waitFor();
}

async function adopt(told: Told): Promise<void> {
  const { page, hand, server, w } = told;
  const knocks = ['--first-id', STRANGER, '--fixes', '1', '--give-up', '1'];
  assert.equal((await simulate(server, knocks)).acknowledged, 0);
  await section(told, w('section.unknown'));
  await hand.write(page.getByLabel(w('unknown.ask')), STRANGER);
  await page.keyboard.press('Enter');
  await hand.press(button(rowOf(page, STRANGER), w('empty.adopt')));
  await fillIn(told, [[w('column.plate'), 'Stranger']]);
  await hand.press(button(side(page), w('devices.add')));
  await side(page).waitFor({ state: 'detached' });
}

/** The stranger drives so, a fix a second. */
async function drive(
  { server }: Told,
  from: typeof DEPOT,
  to: typeof DEPOT,
  when: readonly string[],
): Promise<void> {
  const track = trackFile(server, from, to, FIXES, 1);
  const ran = await simulate(server, ['--first-id', STRANGER, '--track', track, '--once', ...when]);
  assert.deepEqual([ran.sent, ran.acknowledged], [FIXES, FIXES]);
}

/** It stood there, minutes before anything is drawn. */
function standOutside(told: Told): Promise<void> {
  const start = new Date(Date.now() - STOOD_AGO_S * 1000).toISOString().slice(0, 19);
  return drive(told, OUTSIDE, OUTSIDE, ['--start', `${start}Z`]);
}

async function drawCircle(told: Told): Promise<void> {
  const { page, hand, w, names } = told;
  const sections = page.getByRole('navigation', { name: w('page.settings') });
  await hand.press(button(sections, w('map.fences')));
  await hand.press(button(page, w('fences.circle')));
  if (hand.isMouse) {
    await page.getByText(w('fences.hint.circle')).waitFor();
    await mapRests(page);
    await clickAt(page, DEPOT.lat, DEPOT.lon);
    await clickAt(page, DEPOT.lat, DEPOT.lon + 0.0015);
  } else {
    await hand.write(page.getByLabel(w('fences.centre')), `${DEPOT.lat}, ${DEPOT.lon}`);
    await hand.write(page.getByLabel(w('fences.radius')), '100');
    await page.keyboard.press('Enter');
  }
  await hand.write(page.getByLabel(w('fences.name'), { exact: true }), names.depot);
  await hand.press(button(page, w('fences.alarm.enter')));
  await hand.press(button(page, w('fences.save')));
  await page.getByText(w('fences.saved', { name: names.depot })).waitFor();
}

/** At the desk, which is open as it comes: a row more, without a hand on anything. */
async function seeItEnter(told: Told): Promise<void> {
  const { page, hand, w, names } = told;
  const bell = new RegExp(`^${w('top.alarms')}: `);
  await hand.press(page.locator('header').getByRole('button', { name: bell }));
  await hand.press(button(page, w('alarms.desk')));
  await page.getByText(w('desk.none.waiting')).waitFor();
  await drive(told, OUTSIDE, DEPOT, ['--realtime']);
  const row = page.getByRole('listitem').filter({ hasText: `${w('alarm.7')} · ${names.depot}` });
  await row.getByText('Stranger').waitFor();
  await hand.check(page.getByRole('checkbox', { name: w('desk.all', { n: 1 }) }));
  await hand.write(page.getByLabel(w('desk.note')), names.note);
  await hand.press(button(page, w('desk.acknowledge', { n: 1 })));
  await row.waitFor({ state: 'detached' });
  await hand.press(button(page, w('desk.view.all')));
  await row.getByText(names.note).waitFor();
  await row.getByText(new RegExp(`^${names.user}`)).waitFor();
}

/** The first of the file answers when it is told to: so that both states are seen. */
async function command(told: Told, t: TestContext): Promise<void> {
  const { page, hand, server, w } = told;
  const tracker = await Tracker.connect(server, terminal(0));
  t.after(() => tracker.end());
  const place = { ...OUTSIDE, ignition: true };
  await tracker.report({ ...place, timeS: server.nowS() });
  await hand.press(button(page, w('page.online')));
  await page.locator('[data-row="0"]').waitFor();
  await hand.write(page.locator('#search'), terminal(0));
  await page.getByRole('option', { name: terminal(0) }).waitFor();
  await page.keyboard.press('Enter');
  await hand.press(page.getByRole('tab', { name: w('drawer.commands') }));
  await hand.press(button(page, w('command.query.status')));
  const asked = await tracker.next(QUERY_POSITION);
  const newest = page.locator('.command-row').first();
  await newest.getByText(w('command.state.sent'), { exact: true }).waitFor();
  await tracker.answerPlace(0x0201, asked, { ...place, timeS: server.nowS() });
  await newest.getByText(w('command.state.answered'), { exact: true }).waitFor();
}

/** Counts what a pointer does in the page, before the page can. */
const COUNT_POINTERS = `addEventListener('pointerdown', () => {
  sessionStorage.pointers = Number(sessionStorage.pointers ?? 0) + 1;
}, true)`;

async function tell(t: TestContext, language: Language, isMouse: boolean): Promise<void> {
  const server = await serve(t);
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const seen = await visit(t, server, { ...VIEW, locale });
  const { page } = seen;
  await page.addInitScript(COUNT_POINTERS);
  page.on('filechooser', () => undefined); // from now on it is handed over, and opens nowhere
  const hand = isMouse ? new Mouse() : new Keys(page);
  const told = { server, seen, page, hand, w: wordsOf(language), names: NAMES[language] };
  await page.goto('/api?fun=5');
  await makeHouses(told);
  await importDevices(told);
  await adopt(told);
  await standOutside(told);
  await drawCircle(told);
  await seeItEnter(told);
  await picture(page, `story-desk-${language}`);
  await command(told, t);
  await picture(page, `story-command-${language}`);
  await settled(seen);
  const pointers = await page.evaluate(() => Number(sessionStorage['pointers'] ?? 0));
  assert.equal(pointers > 0, isMouse, `a pointer was used ${pointers} times`);
  assertClean(seen);
}

test('a fleet from nothing to an alarm seen to, in English', (t) => tell(t, 'en', true));
test('the same in Chinese', (t) => tell(t, 'zh', true));
test('the same by keys alone', (t) => tell(t, 'en', false));

/**
 * Makes the pictures of the README, in the directory that is named: the demonstration fleet as
 * Chromium shows it, as WebP. ./dev pictures calls it, whenever the pages have changed so much that
 * the README should; the pictures are in git.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from './lib/browser.ts';
import { mapRests } from './lib/map.ts';
import { Server } from './lib/server.ts';

const BYTES_MAX = 150_000;
const QUALITIES = [0.9, 0.8, 0.7, 0.6, 0.5];
const PATIENCE_MS = 120_000;

interface Picture {
  name: string;
  colorScheme: 'light' | 'dark';
  query: string;
  /** Brings the page to what is to be seen. */
  show(page: Page): Promise<void>;
}

const pictures: Picture[] = [
  {
    name: 'map',
    colorScheme: 'light',
    query: '?v=11.2/47.15/9.55&f=moving',
    async show(page) {
      await page.locator('[data-row]').filter({ hasText: 'FL ' }).first().click();
      await page.locator('.drawer').waitFor();
      await page.locator('.counters .chip').first().click();
    },
  },
  {
    name: 'online',
    colorScheme: 'dark',
    query: '?fun=1',
    async show(page) {
      await page.getByRole('button', { name: 'Groups' }).click();
      await page.locator('.heading-count').first().waitFor();
    },
  },
];

const FIRST = pictures[0]?.name;

/** Places that are in sight have their names, and the map has drawn its tiles. */
async function rests(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const places = [...document.querySelectorAll('[data-row] .c-place .value, .drawer .address')];
    return places.length > 0 && places.every((place) => place.textContent?.trim() !== '');
  });
  if ((await page.locator('.map').count()) > 0) await mapRests(page);
}

/** Chromium makes the WebP itself: of the qualities the first that is small enough. */
async function encode(page: Page, png: Buffer): Promise<Buffer> {
  for (const quality of QUALITIES) {
    const text = await page.evaluate(
      async ([source, q]) => {
        const image = new Image();
        image.src = `data:image/png;base64,${source}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        canvas.getContext('2d')?.drawImage(image, 0, 0);
        const blob = await canvas.convertToBlob({ type: 'image/webp', quality: q });
        const bytes = new Uint8Array(await blob.arrayBuffer());
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
      },
      [png.toString('base64'), quality] as const,
    );
    const webp = Buffer.from(text, 'base64');
    if (webp.length <= BYTES_MAX) return webp;
  }
  throw new Error(`not even at quality ${QUALITIES.at(-1)} are ${BYTES_MAX} bytes enough`);
}

const folder = process.argv[2];
assert.ok(folder, 'usage: readme.ts DIRECTORY');
mkdirSync(folder, { recursive: true });
const server = new Server({ isDemo: true });
const browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: CHROMIUM_ARGS });
try {
  await server.start();
  for (const { name, colorScheme, query, show } of pictures) {
    const context = await browser.newContext({
      baseURL: server.url,
      colorScheme,
      locale: 'en-GB',
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 900 },
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    await page.goto(`/${query}`);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('.chip.alarm:not(.none)').waitFor(); // each state is there, an alarm last
    const steps = page.getByRole('button', { name: 'Close the first steps' });
    if (name === FIRST) await steps.click(); // the account has them closed from then on
    await show(page);
    await rests(page);
    const png = await page.screenshot({ animations: 'disabled' });
    const blank = await context.newPage();
    const webp = await encode(blank, png);
    writeFileSync(join(folder, `${name}.webp`), webp);
    console.log(`${name}.webp: ${webp.length} bytes`);
    await context.close();
  }
} finally {
  await browser.close();
  await server.close();
}

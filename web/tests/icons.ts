/**
 * Makes the icons of the installed pages of favicon.svg, in web/public: ./dev pictures runs it.
 * A maskable one fills its square, with the mark in the middle that no launcher cuts off.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, CHROMIUM_PATH } from './lib/browser.ts';

const FOLDER = resolve(import.meta.dirname, '../public');
const MARK_SHARE = 0.66;

const icons = [
  { name: 'icon-192', pixels: 192, isFull: false },
  { name: 'icon-512', pixels: 512, isFull: false },
  { name: 'icon-maskable-512', pixels: 512, isFull: true },
  { name: 'apple-touch-icon', pixels: 180, isFull: true },
] as const;

const svg = readFileSync(`${FOLDER}/favicon.svg`, 'utf8');
const ground = /<rect[^>]*fill="([^"]+)"/.exec(svg)?.[1];
if (ground === undefined) throw new Error('favicon.svg: no rect with a colour');

const browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: CHROMIUM_ARGS });
const page = await browser.newPage();
for (const { name, pixels, isFull } of icons) {
  const size = isFull ? Math.round(pixels * MARK_SHARE) : pixels;
  const edge = (pixels - size) / 2;
  await page.setViewportSize({ width: pixels, height: pixels });
  await page.setContent(`<style>
    body { margin: 0; background: ${isFull ? ground : 'transparent'} }
    svg { position: absolute; top: ${edge}px; left: ${edge}px; width: ${size}px; height: ${size}px }
  </style>${svg}`);
  const bytes = await page.screenshot({ omitBackground: true });
  writeFileSync(`${FOLDER}/${name}.png`, bytes);
}
await browser.close();

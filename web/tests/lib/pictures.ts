/**
 * Pictures of pages, for people to look at, in build/test/pictures. Each state of a page is taken in
 * two views that have no theme, language or size in common, in one page that is turned from the first
 * to the second; the states take turns, so that all pairs of these come up. The clock is fixed: two runs show the same.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { findBarriers } from './axe.ts';

const FOLDER = resolve(import.meta.dirname, '../../../build/test/pictures');

/** A Monday, 09:41 in Berlin. */
export const CLOCK_S = Date.UTC(2026, 2, 2, 8, 41) / 1000;

export interface View {
  name: string;
  colorScheme: 'light' | 'dark';
  language: 'en' | 'zh';
  viewport: { width: number; height: number };
}

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

function view(colorScheme: View['colorScheme'], language: View['language'], isPhone: boolean) {
  const name = [colorScheme, language, isPhone ? 'phone' : 'desk'].join('-');
  return { name, colorScheme, language, viewport: isPhone ? PHONE : DESK };
}

/** Four pairs, each of two views that are unlike in everything. */
export const pairs: [View, View][] = [
  [view('light', 'en', false), view('dark', 'zh', true)],
  [view('dark', 'en', false), view('light', 'zh', true)],
  [view('light', 'zh', false), view('dark', 'en', true)],
  [view('dark', 'zh', false), view('light', 'en', true)],
];

/** What a context of the browser needs for a view; `clockS` is that of the server. */
export function optionsOf(view: View, clockS: number) {
  const { colorScheme, viewport, language } = view;
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  return { colorScheme, viewport, locale, clockS, reducedMotion: 'reduce' as const };
}

/** A page that was opened for one view is to be loaded for another; the address says its `lang`. */
export async function setView(page: Page, { viewport, colorScheme }: View): Promise<void> {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
}

/** The page as another view shows it, without loading it anew. */
export async function turnTo(page: Page, view: View): Promise<void> {
  const { colorScheme, language } = view;
  await setView(page, view);
  await page.evaluate((lang) => {
    const url = new URL(location.href);
    url.searchParams.set('lang', lang);
    history.replaceState(null, '', url);
    dispatchEvent(new PopStateEvent('popstate'));
  }, language);
  const lang = language === 'zh' ? 'zh-CN' : 'en';
  const html = page.locator(`html[data-theme="${colorScheme}"][lang="${lang}"]`);
  await html.waitFor({ state: 'attached' });
}

/**
 * Takes a page that stands in a state in the first view of a pair, and in the other one. Once it is
 * turned `show` brings up again what does not stay open, and `rest` waits. Answers the barriers.
 */
export async function takePair(
  page: Page,
  name: string,
  pair: readonly [View, View],
  rest: () => Promise<void>,
  show: (view: View) => Promise<void> | undefined = () => undefined,
): Promise<string[]> {
  const barriers: string[] = [];
  for (const view of pair) {
    if (view !== pair[0]) await turnTo(page, view);
    await rest();
    await show(view);
    await rest();
    await picture(page, `${name}-${view.name}`);
    const found = await findBarriers(page);
    barriers.push(...found.map((text) => `${name} ${view.name}: ${text}`));
  }
  return barriers;
}

export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
}

/** What tests of the pages do again and again: open one, read its table. */
import type { Page } from 'playwright-core';
import { PATIENCE_MS } from './browser.ts';
import type { Client } from './client.ts';

/** The online monitor by a key, with its first row there. */
export async function openOnline(page: Page, client: Client, query = ''): Promise<void> {
  await page.goto(`/api?fun=1&key=${client.token}${query}`);
  await page.locator('[data-row="0"]').waitFor();
}

export function rowOf(page: Page, plate: string) {
  return page.locator('[data-row]').filter({ hasText: plate });
}

export function speedOf(page: Page, plate: string) {
  return rowOf(page, plate).locator('.c-speed');
}

/** The plates in view, from the top. */
export async function plates(page: Page): Promise<string[]> {
  const rows = await page.locator('[data-row]').evaluateAll((found) =>
    found.map((row) => ({
      place: Number((row as HTMLElement).dataset['row']),
      plate: row.querySelector('.c-plate')?.textContent ?? '',
    })),
  );
  return rows.sort((a, b) => a.place - b.place).map(({ plate }) => plate);
}

/** Asks again and again, since what is asked for takes its time; in the end it must not throw. */
export async function eventually(page: Page, assertIt: () => Promise<void>): Promise<void> {
  const endMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await assertIt();
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
    }
    await page.waitForTimeout(50);
  }
}

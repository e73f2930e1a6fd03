/**
 * A cold load of the map monitor, in a browser that has nothing of it: milliseconds from the
 * beginning of the navigation until its list is there and a key that is pressed is heard, and until
 * the map rests for the first time. The floor is the first paint of the same load.
 */
import type { Page } from 'playwright-core';
import { type Benchmark, median, type Stage } from './stage.ts';

const ROUNDS = 5;

interface Cold {
  paintMs: number;
  /** The list is there, and the page has the time to hear of a key. */
  interactiveMs: number;
  restMs: number;
}

/** Runs in the page from its first moment on: what it sees is written down where it is read. */
function watch(): void {
  const seen = { interactiveMs: 0, restMs: 0 };
  const look = () => {
    const has = (selector: string) => document.querySelector(selector) !== null;
    if (seen.interactiveMs === 0 && has('[data-row="0"]')) {
      seen.interactiveMs = -1; // until the tasks before it are done
      setTimeout(() => {
        seen.interactiveMs = performance.now();
      });
    }
    if (seen.restMs === 0 && has('.map[data-base="there"][data-idle="true"]')) {
      seen.restMs = performance.now();
    }
  };
  new MutationObserver(look).observe(document, {
    attributes: true,
    childList: true,
    subtree: true,
  });
  Object.assign(window, { coldLoad: seen });
}

async function load({ browser, setting }: Stage): Promise<Cold> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    baseURL: `http://${setting.http}`,
  });
  context.setDefaultTimeout(300_000);
  const page: Page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(`/api?key=${setting.token}&fun=2`);
  await page.locator('.map[data-base="there"][data-idle="true"]').waitFor();
  const found = await page.evaluate(() => {
    const { coldLoad } = window as unknown as { coldLoad: Omit<Cold, 'paintMs'> };
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return { ...coldLoad, paintMs: paint?.startTime ?? 0 };
  });
  await context.close();
  console.error(JSON.stringify(found));
  return found;
}

const cold =
  (part: 'interactiveMs' | 'restMs'): Benchmark =>
  async (stage) => {
    const loads: Cold[] = [];
    for (let round = 0; round < ROUNDS; round++) loads.push(await load(stage));
    return {
      value: median(loads.map((each) => each[part])),
      unit: 'ms',
      floor: median(loads.map(({ paintMs }) => paintMs)),
    };
  };

export const mapInteractive = cold('interactiveMs');
export const mapCold = cold('restMs');

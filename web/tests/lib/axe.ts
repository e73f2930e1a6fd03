/** What axe-core finds on a page that is in somebody's way; what is minor is left out. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules whose breach would be minor are not even tried, nor are the page's files read again. */
const RUN = `(() => {
  const minor = axe._audit.rules.filter(({ impact }) => !/serious|critical/.test(impact));
  const rules = Object.fromEntries(minor.map(({ id }) => [id, { enabled: false }]));
  return axe.run({ resultTypes: ['violations'], preload: false, rules });
})()`;

/** The policy of the page lets no script in; the debugger's door is not the page's. */
export async function findBarriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source);
  const results = (await page.evaluate(RUN)) as AxeResults;
  return results.violations
    .filter((rule) => rule.impact === 'serious' || rule.impact === 'critical')
    .map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join(' | ')}`);
}

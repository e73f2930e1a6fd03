/** The script of sorting the table by another column, until its rows are drawn. */
import { type Benchmark, frames, median, open, scriptMs } from './stage.ts';

const ROUNDS = 11;
const COLUMNS = ['speed', 'plate', 'age'];

export const listSort: Benchmark = async (stage) => {
  const { page, setting } = stage;
  await open(stage, 'fun=1');
  await page.locator('[data-row="0"]').waitFor();
  const worst: number[] = [];
  for (const column of COLUMNS) {
    const heading = page.locator(`[role="columnheader"].c-${column} button`).first();
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      took.push(
        await scriptMs(stage, async () => {
          await heading.click();
          await frames(stage, 3);
        }),
      );
    }
    console.error(`${column}: ${took.map((ms) => ms.toFixed(1)).join(' ')}`);
    worst.push(median(took));
  }
  const floor = await page.evaluate((count) => {
    const values = Float64Array.from({ length: count }, () => Math.random());
    const copies = Array.from({ length: 7 }, () => values.slice());
    const took = copies.map((copy) => {
      const begin = performance.now();
      copy.sort();
      return performance.now() - begin;
    });
    return Math.min(...took);
  }, setting.devices);
  return { value: Math.max(...worst), unit: 'ms', floor };
};

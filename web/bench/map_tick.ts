/**
 * The script of a tick on the map monitor: 10,000 of 50,000 vehicles, all in sight, report once
 * more. It counts from the first byte until the map is at rest again: parsing, the store, the
 * list, the map; less what the page does each second anyway, in as long a time. The floor is
 * JSON.parse of so many changes as the stream tells them.
 */
import { type Benchmark, frames, median, open, report, type Stage, scriptMs } from './stage.ts';

const ROUNDS = 10;
const CHANGES = 10_000;
const REST_MS = 4000;

/** Until the map has drawn all vehicles and rests. */
export async function openMap(stage: Stage): Promise<void> {
  await open(stage, 'fun=2');
  await stage.page.locator('[data-row="0"]').waitFor();
  await atRest(stage);
}

export async function atRest(stage: Stage): Promise<void> {
  await frames(stage, 3);
  await stage.page.locator('.map[data-idle="true"]').waitFor();
}

/** What is heard of so many changes; a stream's frame holds them in a second or two. */
export async function tick(stage: Stage): Promise<void> {
  await report(stage, CHANGES);
  await stage.page.waitForTimeout(REST_MS);
  await atRest(stage);
}

const floorMs = (changes: number) => {
  const numbers = (from: number) => Array.from({ length: changes }, (_, n) => from + n);
  const text = JSON.stringify({
    i: numbers(0),
    x: numbers(13_000_000),
    y: numbers(52_000_000),
    d: numbers(0),
    s: numbers(0),
    v: numbers(0),
    t: numbers(1_800_000_000),
    r: numbers(1_800_000_000),
    u: numbers(1_800_000_000),
  });
  const took: number[] = [];
  for (let round = 0; round < 25; round++) {
    const startMs = performance.now();
    JSON.parse(text);
    took.push(performance.now() - startMs);
  }
  return took.sort((a, b) => a - b)[12] as number;
};

export const mapTick: Benchmark = async (stage) => {
  await openMap(stage);
  await tick(stage);
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const beganMs = performance.now();
    let endMs = beganMs;
    const ms = await scriptMs(stage, async () => {
      await tick(stage);
      endMs = performance.now();
    });
    const idleMs = await scriptMs(stage, () => stage.page.waitForTimeout(endMs - beganMs));
    console.error(`${ms.toFixed(1)} ms, at rest ${idleMs.toFixed(1)} ms`);
    took.push(ms - idleMs);
  }
  const floor = await stage.page.evaluate(floorMs, CHANGES);
  return { value: median(took), unit: 'ms', floor };
};

/**
 * The heap of the map monitor with 50,000 vehicles after five minutes of ticks of 10,000 changes.
 * The floor is what the numbers and texts of the vehicles take when they are only kept.
 */

import { openMap, tick } from './map_tick.ts';
import { type Benchmark, heapBytes } from './stage.ts';

const MINUTES = 5;
/** 22 columns of 8 bytes, and two texts of 16 letters. */
const BYTES_A_VEHICLE = 22 * 8 + 2 * 32;

export const mapHeap: Benchmark = async (stage) => {
  await openMap(stage);
  const endMs = Date.now() + MINUTES * 60_000;
  while (Date.now() < endMs) {
    await tick(stage);
    console.error(`${((await heapBytes(stage)) / 1e6).toFixed(1)} MB`);
  }
  const value = (await heapBytes(stage)) / 1e6;
  return { value, unit: 'MB', floor: (stage.setting.devices * BYTES_A_VEHICLE) / 1e6 };
};

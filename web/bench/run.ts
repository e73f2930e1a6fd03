/**
 * One benchmark of the pages, in Chromium: `node run.ts NAME`, with its setting as JSON in
 * ODOGRAPH_BENCH. Its figure is the last line of the output. ./dev bench calls it.
 */
import { historyDay, historyReplay } from './history.ts';
import { listSort } from './list_sort.ts';
import { mapCold, mapInteractive } from './map_cold.ts';
import { mapHeap } from './map_heap.ts';
import { mapLoad } from './map_load.ts';
import { mapTick } from './map_tick.ts';
import { type Benchmark, openStage } from './stage.ts';

const benchmarks: Record<string, Benchmark> = {
  'history-day': historyDay,
  'history-replay': historyReplay,
  'list-sort': listSort,
  'map-cold': mapCold,
  'map-heap': mapHeap,
  'map-interactive': mapInteractive,
  'map-load': mapLoad,
  'map-tick': mapTick,
};

const benchmark = benchmarks[process.argv[2] ?? ''];
if (!benchmark) throw new Error(`no benchmark of the pages: ${process.argv[2]}`);
const stage = await openStage(JSON.parse(process.env['ODOGRAPH_BENCH'] ?? ''));
try {
  console.log(JSON.stringify(await benchmark(stage)));
} finally {
  await stage.browser.close();
}

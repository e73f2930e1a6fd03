/**
 * Compressed kilobytes until the map monitor rests for the first time: the pages and the map's
 * library, without its worker, tiles and data. The floor is the library alone.
 */
import { openMap } from './map_tick.ts';
import { type Benchmark, bytesLoaded } from './stage.ts';

export const mapLoad: Benchmark = async (stage) => {
  const bytes = await bytesLoaded(stage, () => openMap(stage));
  let sum = 0;
  let library = 0;
  for (const [path, size] of bytes) {
    const isFile = path === '/api' || /\.(js|css|svg)$/.test(path);
    console.error(`${isFile ? '' : '(not counted) '}${path} ${size}`);
    if (!isFile || /worker/.test(path)) continue;
    sum += size;
    if (/engine.*\.js$/.test(path)) library += size;
  }
  return { value: sum / 1000, unit: 'kB', floor: library / 1000 };
};

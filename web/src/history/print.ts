/** Printing: a sheet of the map, the totals and the table, in place of the page. */
import { signal } from '@preact/signals';
import { mapReady } from '../map/map.ts';

/** What the map shows, copied while it is drawn: afterwards its picture is gone. */
export const mapPicture = signal<HTMLCanvasElement | null>(null);

function copyMap(): HTMLCanvasElement | null {
  const map = mapReady.peek();
  if (map === null) return null;
  map.redraw();
  const from = map.getCanvas();
  const copy = document.createElement('canvas');
  copy.width = from.width;
  copy.height = from.height;
  copy.getContext('2d')?.drawImage(from, 0, 0);
  return copy;
}

/** So that the browser's own way to print shows the same. */
export function followPrinting(): () => void {
  const prepare = () => {
    mapPicture.value = copyMap();
  };
  addEventListener('beforeprint', prepare);
  return () => removeEventListener('beforeprint', prepare);
}

export function printHistory(): void {
  mapPicture.value = copyMap();
  requestAnimationFrame(() => window.print());
}

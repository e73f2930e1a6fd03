/** The bar that shows how long a stretch of the map is, at its middle. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { units } from '../i18n/choice.ts';
import { mapReady } from './map.ts';
import { worldPixels } from './mercator.ts';
import { type Bar, barFor } from './scale_bar.ts';

const EQUATOR_M = 40_075_016.686;
const WIDTH = 110;

/** Metres of a pixel; 0: there is no map. */
const metresAPixel = signal(0);

export const scaleBar = computed<Bar | null>(() =>
  metresAPixel.value > 0 ? barFor(metresAPixel.value, WIDTH, units.value === 'mi') : null,
);

function look(): void {
  const map = mapReady.peek();
  if (!map) return;
  const across = Math.cos((map.getCenter().lat * Math.PI) / 180);
  metresAPixel.value = (EQUATOR_M * across) / worldPixels(map.getZoom());
}

export function followScale(): () => void {
  return effect(() => {
    const map = mapReady.value;
    if (!map) return undefined;
    untracked(look);
    map.on('move', look);
    return () => map.off('move', look);
  });
}

/** What of the world the map shows now. */
import type { MapLibreMap } from 'maplibre-gl';
import { mercatorX, mercatorY, worldPixels } from './mercator.ts';

/** A part of the world, in Mercator; `scale` is pixels of the whole world. */
export interface Window {
  x: number;
  y: number;
  width: number;
  height: number;
  scale: number;
}

/** What is in sight; the middle of the map need not be the middle of the element. */
export function windowNow(map: MapLibreMap, margin = 0): Window {
  const scale = worldPixels(map.getZoom());
  const { clientWidth, clientHeight } = map.getContainer();
  const { lng, lat } = map.unproject([0, 0]);
  const width = clientWidth / scale;
  const height = clientHeight / scale;
  return {
    x: mercatorX(lng) - width * margin,
    y: mercatorY(lat) - height * margin,
    width: width * (1 + 2 * margin),
    height: height * (1 + 2 * margin),
    scale,
  };
}

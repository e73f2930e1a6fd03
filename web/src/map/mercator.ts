/**
 * Web Mercator, by which base maps are drawn: the world is a square of 1, x from 180° west, y from
 * 85.05° north. Pixels of the whole world are 512 at zoom 0 and twice as many each zoom further.
 */
const TILE = 512;
const LAT_MAX = 85.0511287798066;

export function mercatorX(lon: number): number {
  return lon / 360 + 0.5;
}

export function mercatorY(lat: number): number {
  const held = Math.max(-LAT_MAX, Math.min(LAT_MAX, lat));
  const sine = Math.sin((held * Math.PI) / 180);
  return 0.5 - (0.25 * Math.log((1 + sine) / (1 - sine))) / Math.PI;
}

export function lonOf(x: number): number {
  return (x - 0.5) * 360;
}

export function latOf(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

export function worldPixels(zoom: number): number {
  return TILE * 2 ** zoom;
}

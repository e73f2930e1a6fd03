/**
 * Where a panel stands that belongs to a spot of the map: beside it, and within what other panels
 * leave of the map.
 */
import { covered } from '../map/camera.ts';

const WIDTH = 288;
const HEIGHT = 400;
const BESIDE = 14;
const EDGE = 8;

/** Pixels from the left and the top of the map; what is taller than its place is to scroll. */
export function atSpot(x: number, y: number): Record<string, string> {
  const host = document.querySelector<HTMLElement>('.map-stage');
  const { left: from, top, right, bottom } = covered.value;
  const to = (host?.clientWidth ?? WIDTH) - right;
  const floor = (host?.clientHeight ?? HEIGHT) - bottom - EDGE;
  const fitsRight = x + BESIDE + WIDTH <= to;
  const wanted = fitsRight ? x + BESIDE : x - BESIDE - WIDTH;
  const left = Math.max(from + EDGE, Math.min(wanted, to - WIDTH - EDGE));
  const down = Math.max(top + EDGE, Math.min(y - 24, floor - HEIGHT));
  return { left: `${left}px`, top: `${down}px`, maxHeight: `${Math.max(0, floor - down)}px` };
}

/** Where a panel stands that belongs to a spot of the map: beside it, and wholly on the map. */
const WIDTH = 288;
const HEIGHT = 340;
const BESIDE = 14;

/** Pixels from the left and the top of the map. */
export function atSpot(x: number, y: number): Record<string, string> {
  const host = document.querySelector<HTMLElement>('.map-stage');
  const width = host?.clientWidth ?? WIDTH;
  const height = host?.clientHeight ?? HEIGHT;
  const fitsRight = x + BESIDE + WIDTH <= width;
  const left = fitsRight ? x + BESIDE : Math.max(8, x - BESIDE - WIDTH);
  const top = Math.max(8, Math.min(y - 24, height - HEIGHT - 8));
  return { left: `${Math.min(left, Math.max(8, width - WIDTH - 8))}px`, top: `${top}px` };
}

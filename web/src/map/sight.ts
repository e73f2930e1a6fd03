/** How many vehicles are in sight; they are counted where others are, or elsewhere, or the view. */
import type { Positions } from './positions.ts';
import type { Window } from './window.ts';

function isIn({ x, y, width, height }: Window, atX: number, atY: number): boolean {
  const dx = atX - x;
  const dy = atY - y;
  return dx - Math.floor(dx) < width && dy >= 0 && dy < height; // not where it is NaN
}

export class Sight {
  private count = 0;
  private slots: Int32Array | null = null;
  private view = '';

  /** Of `slots`, which must not be written later; `hasMoved`: some did since the last time. */
  of(slots: Int32Array, { x, y }: Positions, window: Window, hasMoved: boolean): number {
    const view = Object.values(window).join(' ');
    if (slots === this.slots && view === this.view && !hasMoved) return this.count;
    this.slots = slots;
    this.view = view;
    this.count = 0;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      if (isIn(window, x[slot] as number, y[slot] as number)) this.count++;
    }
    return this.count;
  }
}

/** Whether any of `order` that is in sight began to move at that time, ms. */
export function areOnTheWay(
  order: Int32Array,
  { x, y, times }: Positions,
  window: Window,
  atMs: number,
): boolean {
  const since = Math.fround(atMs);
  return order.some(
    (slot) => times[slot] === since && isIn(window, x[slot] as number, y[slot] as number),
  );
}

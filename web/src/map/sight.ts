/** How many vehicles are in sight. While the view stays, those alone are looked at that moved. */
import type { Positions } from './positions.ts';
import type { Window } from './window.ts';

/** Of a slot: it is one of those that are counted; it is in sight. */
const COUNTED = 1;
const SEEN = 2;

export function isIn({ x, y, width, height }: Window, atX: number, atY: number): boolean {
  const dx = atX - x;
  const dy = atY - y;
  return dx - Math.floor(dx) < width && dy >= 0 && dy < height; // not where it is NaN
}

function isLike(a: Window, b: Window): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

export class Sight {
  count = 0;
  private slots: Int32Array = new Int32Array(0);
  private window: Window = { x: 0, y: 0, width: 0, height: 0, scale: 0 };
  private marks = new Uint8Array(0);

  /** Of `slots`, which must not be written later; `moved` are all that did since the last time. */
  update(slots: Int32Array, { x, y, moved }: Positions, window: Window): number {
    const goesOn = slots === this.slots && isLike(window, this.window);
    this.slots = slots;
    this.window = window;
    if (!goesOn) this.begin(x.length);
    const wanted = goesOn ? moved : slots;
    for (let at = 0; at < wanted.length; at++) {
      const slot = wanted[at] as number;
      const before = this.marks[slot] as number;
      if (before === 0) continue;
      const mark = isIn(window, x[slot] as number, y[slot] as number) ? COUNTED | SEEN : COUNTED;
      if (mark === before) continue;
      this.marks[slot] = mark;
      this.count += mark > before ? 1 : -1;
    }
    return this.count;
  }

  private begin(room: number): void {
    if (this.marks.length < room) this.marks = new Uint8Array(room);
    else this.marks.fill(0);
    for (let at = 0; at < this.slots.length; at++) this.marks[this.slots[at] as number] = COUNTED;
    this.count = 0;
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
  for (let at = 0; at < order.length; at++) {
    const slot = order[at] as number;
    const began = times[slot] === since;
    if (began && isIn(window, x[slot] as number, y[slot] as number)) return true;
  }
  return false;
}

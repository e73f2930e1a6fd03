/**
 * An order that keeps still while a reader's hand is on it. New values show in place; a new order
 * waits until the hand is gone, or asks for it. What was deleted leaves at once.
 */
export class HeldOrder {
  /** What is shown. */
  slots: Int32Array = new Int32Array(0);
  /** Whether another order waits. */
  isWaiting = false;
  private next: Int32Array = this.slots;

  /** A new order; `holds`: the hand is on the one that is shown. */
  offer(next: Int32Array, holds: boolean, isThere: (slot: number) => boolean): void {
    this.next = next;
    if (!holds) {
      this.take();
      return;
    }
    if (!this.slots.every(isThere)) this.slots = this.slots.filter(isThere);
    this.isWaiting = !same(this.slots, next);
  }

  /** Shows what waits. */
  take(): void {
    this.slots = this.next;
    this.isWaiting = false;
  }
}

/** Whether two orders are one. */
export function same(a: Int32Array, b: Int32Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** The list of before where it says the same, else a copy of `next`, which may be written again. */
export function settled(next: Int32Array, before: Int32Array): Int32Array {
  return same(next, before) ? before : next.slice();
}

/**
 * What a search looks in: all texts of a device, folded, by slot. Folding 50,000 takes longer than
 * a page may stand still at its start, so it is done piece by piece, and at once when it is read.
 */
import { folded } from './words.ts';

const FOLDED_AT_ONCE = 256;

export class Folding {
  /** null: to be folded yet; there are some from `unfolded` on. */
  private cells: (string | null)[] = [];
  private unfolded = 0;
  private readonly columns: readonly string[][];

  /** Of columns of texts by slot, which stay the same arrays. */
  constructor(columns: readonly string[][]) {
    this.columns = columns;
  }

  clear(): void {
    this.cells.length = 0;
    this.unfolded = 0;
  }

  /** Slots without texts yet, from `first` on. */
  add(first: number, count: number): void {
    for (let slot = first; slot < count; slot++) this.cells[slot] = '';
  }

  /** The texts of a slot are others now. */
  forget(slot: number): void {
    this.cells[slot] = null;
    if (slot < this.unfolded) this.unfolded = slot;
  }

  get isDone(): boolean {
    return this.unfolded >= this.cells.length;
  }

  /** Folds texts while there are some and `isTime`. */
  foldWhile(isTime: () => boolean): void {
    for (; this.unfolded < this.cells.length; this.unfolded++) {
      const slot = this.unfolded;
      if (slot % FOLDED_AT_ONCE === 0 && !isTime()) return;
      this.cells[slot] ??= folded(this.columns.map((texts) => texts[slot]).join('\n'));
    }
  }

  all(): readonly string[] {
    this.foldWhile(() => true);
    return this.cells as string[];
  }
}

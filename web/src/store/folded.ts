/** What a search looks in: all texts of a device, folded, once somebody looks or there is time. */
import { TEXT_COLUMNS, type TextColumn } from './columns.ts';
import { folded } from './words.ts';

const FOLDED_AT_ONCE = 256;

export class FoldedTexts {
  private readonly texts: Readonly<Record<TextColumn, string[]>>;
  /** By slot; null, or none: to be folded yet, which is so from `done` on only. */
  private cells: (string | null)[] = [];
  private done = 0;

  constructor(texts: Readonly<Record<TextColumn, string[]>>) {
    this.texts = texts;
  }

  clear(): void {
    this.cells.length = 0;
    this.done = 0;
  }

  /** The texts of a slot are others now. */
  forget(slot: number): void {
    this.cells[slot] = null;
    if (slot < this.done) this.done = slot;
  }

  /** Those of the first `count` slots. */
  all(count: number): readonly string[] {
    if (this.done < count) this.foldWhile(count, () => true);
    return this.cells as string[];
  }

  /** Folds while `isTime`; whether nothing is left. */
  foldWhile(count: number, isTime: () => boolean): boolean {
    for (; this.done < count; this.done++) {
      if (this.done % FOLDED_AT_ONCE === 0 && !isTime()) return false;
      const slot = this.done;
      this.cells[slot] ??= folded(TEXT_COLUMNS.map((name) => this.texts[name][slot]).join('\n'));
    }
    return true;
  }
}

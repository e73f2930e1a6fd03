/** A cursor names a place in the changes of one run of the server: BOOT-NUMBER. */
export interface Cursor {
  boot: string;
  number: number;
}

export function cursorOf(text: string): Cursor | null {
  const dash = text.lastIndexOf('-');
  const number = Number(text.slice(dash + 1));
  return dash > 0 && Number.isSafeInteger(number) ? { boot: text.slice(0, dash), number } : null;
}

/** Whether who has everything up to `known` has what came with `id`, too. */
export function isKnown(id: string, known: string): boolean {
  const left = cursorOf(id);
  const right = cursorOf(known);
  return left !== null && right !== null && left.boot === right.boot && left.number <= right.number;
}

/** A number that is typed as an option of a report. */

/** As the address has it; '': none is typed; null: it is none that may be. */
export function numberTyped(text: string, isUnreadable: boolean, max: number): string | null {
  if (isUnreadable) return null;
  if (text.trim() === '') return '';
  const n = Number(text);
  return Number.isInteger(n) && n >= 1 && n <= max ? String(n) : null;
}

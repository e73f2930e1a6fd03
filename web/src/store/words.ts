/** How texts are compared: without regard to case, width and accents. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: all that is ASCII
const PLAIN = /^[\x00-\x7f]*$/;

/** Full-width digits and letters become plain ones (NFKD), accents are dropped. */
export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

const collator = new Intl.Collator(['en', 'zh'], { numeric: true, sensitivity: 'base' });

export function compareTexts(a: string, b: string): number {
  return collator.compare(a, b);
}

/** Where `part` stands in `text`, to mark it; null: it does not, or folding moved letters. */
export function findPart(text: string, part: string): [number, number] | null {
  const wanted = folded(part);
  if (wanted === '') return null;
  const within = folded(text);
  const at = within.indexOf(wanted);
  return at < 0 || within.length !== text.length ? null : [at, at + wanted.length];
}

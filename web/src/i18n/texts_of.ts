/** Texts of a part that is loaded by itself: as t() of text.ts, of a list of their own. */
import { type Language, language } from './choice.ts';
import type { Values } from './fill.ts';
import { fill } from './fill.ts';
import { count } from './text.ts';

export function textsOf<K extends string>(texts: Record<Language, Record<K, string>>) {
  return (key: K, values: Values = {}): string => fill(texts[language.value][key], values, count);
}

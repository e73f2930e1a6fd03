/** Texts of a part of the pages that is loaded by itself: they come with it. */
import { language } from './choice.ts';
import { fill, type Values } from './fill.ts';
import { count } from './text.ts';

/** The t() of those texts. */
export function textsOf<K extends string>(
  texts: Readonly<Record<'en' | 'zh', Readonly<Record<K, string>>>>,
): (key: K, values?: Values) => string {
  return (key, values = {}) => fill(texts[language.value][key], values, count);
}

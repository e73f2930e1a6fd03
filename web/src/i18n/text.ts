/** t(KEY) is a text in the language that is chosen; a component that reads it follows. */
import { language } from './choice.ts';
import type { TextKey } from './en.ts';
import { en } from './en.ts';
import type { Values } from './fill.ts';
import { fill } from './fill.ts';
import { zh } from './zh.ts';

export type { TextKey } from './en.ts';

const texts = { en, zh };
const writers = {
  en: new Intl.NumberFormat('en'),
  zh: new Intl.NumberFormat('zh-CN'),
};

export function t(key: TextKey, values: Values = {}): string {
  return fill(texts[language.value][key], values, count);
}

/** A whole number with its thousands marked. */
export function count(n: number): string {
  return n >= 0 && n < 1000 && Number.isInteger(n) ? String(n) : writers[language.value].format(n);
}

/** The name of an alarm kind. */
export function alarmName(kind: number): string {
  const key = `alarm.${kind}`;
  return key in en ? t(key as TextKey) : t('alarm.other', { n: kind });
}

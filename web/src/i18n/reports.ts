/** Texts of the reports: they are loaded with that page, and not with the first one. */
import { language } from './choice.ts';
import { fill, type Values } from './fill.ts';
import { reportsEn } from './reports_en.ts';
import { reportsZh } from './reports_zh.ts';
import { count } from './text.ts';

export type ReportText = keyof typeof reportsEn;

const texts = { en: reportsEn, zh: reportsZh };

export function rt(key: ReportText, values: Values = {}): string {
  return fill(texts[language.value][key], values, count);
}

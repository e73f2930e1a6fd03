/** The texts of the pages by their keys, in one language: what a test looks for in either. */
import { deskEn } from '../../src/i18n/desk_en.ts';
import { deskZh } from '../../src/i18n/desk_zh.ts';
import { en } from '../../src/i18n/en.ts';
import { fencesEn } from '../../src/i18n/fences_en.ts';
import { fencesZh } from '../../src/i18n/fences_zh.ts';
import { fill, type Values } from '../../src/i18n/fill.ts';
import { settingsEn } from '../../src/i18n/settings_en.ts';
import { settingsZh } from '../../src/i18n/settings_zh.ts';
import { zh } from '../../src/i18n/zh.ts';

const texts = {
  en: { ...en, ...deskEn, ...fencesEn, ...settingsEn },
  zh: { ...zh, ...deskZh, ...fencesZh, ...settingsZh },
};

export type Language = keyof typeof texts;
export type Word = keyof typeof texts.en;

/** The t() of that language. */
export function wordsOf(language: Language) {
  return (key: Word, values: Values = {}) => fill(texts[language][key], values, String);
}

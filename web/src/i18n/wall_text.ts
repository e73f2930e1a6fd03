/** The texts of the wall, which come with it. */
import { textsOf } from './further_text.ts';
import { wallEn } from './wall_en.ts';
import { wallZh } from './wall_zh.ts';

export const w = textsOf({ en: wallEn, zh: wallZh });

/** d(KEY) is a text of the alarm desk and of the alarm rules. */
import { deskEn } from '../i18n/desk_en.ts';
import { deskZh } from '../i18n/desk_zh.ts';
import { textsOf } from '../i18n/further_text.ts';

export const d = textsOf({ en: deskEn, zh: deskZh });

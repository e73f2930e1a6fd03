/** fe(KEY) is a text of the geofences' editor. */
import { fencesEn } from '../i18n/fences_en.ts';
import { fencesZh } from '../i18n/fences_zh.ts';
import { textsOf } from '../i18n/further_text.ts';

export const fe = textsOf({ en: fencesEn, zh: fencesZh });

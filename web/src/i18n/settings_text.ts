/** s(KEY) is a text of the settings. */
import { textsOf } from './further_text.ts';
import { settingsEn } from './settings_en.ts';
import { settingsZh } from './settings_zh.ts';

export const s = textsOf({ en: settingsEn, zh: settingsZh });

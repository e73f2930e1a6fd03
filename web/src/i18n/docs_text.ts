/** The texts of /docs and /docs/devices, which come with them. */
import { docsEn } from './docs_en.ts';
import { docsZh } from './docs_zh.ts';
import { textsOf } from './further_text.ts';

export const d = textsOf({ en: docsEn, zh: docsZh });
export type DocsKey = keyof typeof docsEn;

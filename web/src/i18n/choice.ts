/** In which language, units and zone all is told; the room app sets them. */
import { signal } from '@preact/signals';
import type { Units } from './units.ts';

export type Language = 'en' | 'zh';

export const language = signal<Language>('en');
export const units = signal<Units>('km');
/** An IANA name, of the enterprise. */
export const zone = signal('UTC');

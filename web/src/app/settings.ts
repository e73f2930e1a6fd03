/**
 * What a person chose: theme, language, units. It stays on this browser when they log out;
 * preferences.ts carries it to their others.
 */
import { effect, signal } from '@preact/signals';
import { type Language, language, units } from '../i18n/choice.ts';
import type { Units } from '../i18n/units.ts';
import { kept, PREFIX } from './kept.ts';

export type Theme = 'system' | 'light' | 'dark';

export { kept, PREFIX };

let tellKept: (name: string) => void = () => undefined;
const shows = new Map<string, (value: string) => void>();

/** Hears of each choice that is kept. */
export function onKept(hear: (name: string) => void): void {
  tellKept = hear;
}

/** How a choice shows that was made in another tab, or on another browser of the account. */
export function whenChosen(name: string, showIt: (value: string) => void): void {
  shows.set(name, showIt);
}

export function show(name: string): void {
  shows.get(name)?.(kept(name));
}

export function shownNames(): Iterable<string> {
  return shows.keys();
}

/** Keeps a text on this browser, where it may; "" forgets it. */
export function keep(name: string, value: string): void {
  if (kept(name) === value) return;
  keepQuietly(name, value);
  tellKept(name);
}

/** Without telling anybody that it was chosen. */
export function keepQuietly(name: string, value: string): void {
  try {
    if (value === '') localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // nothing is kept, then
  }
}

function read<T extends string>(name: string, allowed: readonly T[]): T | null {
  const value = kept(name);
  return allowed.find((each) => each === value) ?? null;
}

const THEMES = ['system', 'light', 'dark'] as const;
const LANGUAGES = ['en', 'zh'] as const;
const UNITS = ['km', 'mi'] as const;
const ofBrowser: Language = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';

export const theme = signal<Theme>(read('theme', THEMES) ?? 'system');
export const languageIsChosen = signal(read('language', LANGUAGES) !== null);
/** Of the enterprise. */
export const unitsGiven = signal<Units>('km');
/** null: as the enterprise has it. */
export const unitsChosen = signal<Units | null>(read('units', UNITS));
/** Rows of 28 instead of 32 pixels. */
export const isDense = signal(kept('dense') === '1');
/** Whether single letters are keys (WCAG 2.1.4). */
export const hasKeys = signal(kept('keys') !== '0');

whenChosen('theme', () => {
  theme.value = read('theme', THEMES) ?? 'system';
});
whenChosen('language', () => {
  const chosen = read('language', LANGUAGES);
  languageIsChosen.value = chosen !== null;
  if (chosen !== null) language.value = chosen;
});
whenChosen('units', () => {
  unitsChosen.value = read('units', UNITS);
});
whenChosen('dense', (value) => {
  isDense.value = value === '1';
});
whenChosen('keys', (value) => {
  hasKeys.value = value !== '0';
});

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  languageIsChosen.value = true;
  keep('language', chosen);
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(dark.matches);
dark.addEventListener('change', () => {
  systemIsDark.value = dark.matches;
});

/** Of this page alone, and kept nowhere; null: as it was chosen. */
export const themeAsked = signal<'light' | 'dark' | null>(null);

export function isDarkNow(): boolean {
  const chosen = themeAsked.value ?? theme.value;
  return chosen === 'system' ? systemIsDark.value : chosen === 'dark';
}

/** The language for this page alone. */
export function askLanguage(name: string): void {
  const asked = LANGUAGES.find((each) => each === name);
  if (!asked) return;
  language.value = asked;
  languageIsChosen.value = true;
}

export function toggleTheme(): void {
  theme.value = isDarkNow() ? 'light' : 'dark';
}

/** Tells the document, and keeps what was chosen. */
export function followSettings(): void {
  language.value = read('language', LANGUAGES) ?? ofBrowser;
  effect(() => {
    units.value = unitsChosen.value ?? unitsGiven.value;
  });
  effect(() => {
    document.documentElement.dataset['theme'] = isDarkNow() ? 'dark' : 'light';
    keep('theme', theme.value === 'system' ? '' : theme.value);
  });
  effect(() => {
    document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
  });
  effect(() => keep('units', unitsChosen.value ?? ''));
  effect(() => keep('dense', isDense.value ? '1' : ''));
  effect(() => keep('keys', hasKeys.value ? '' : '0'));
}

/** Days and lengths of time of the history as texts. */
import { language, zone } from '../i18n/choice.ts';
import { age } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { dateTimeIn, timeIn } from '../i18n/zone.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = language.value === 'zh' ? 'zh-CN' : 'en-GB';
  const key = `${locale} ${name}`;
  const format =
    formats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
  formats.set(key, format);
  return format;
}

const instant = (date: string) => Date.parse(`${date}T00:00:00Z`);

/** Sat 28 Nov 2026. */
export function dayName(date: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  return formatOf('day', options).format(instant(date)).replace(',', '');
}

/** November 2026. */
export function monthName(date: string): string {
  return formatOf('month', { month: 'long', year: 'numeric' }).format(instant(date));
}

/** HH:mm of an instant; with its date, where that matters. */
export function clockText(epochS: number, hasDate: boolean): string {
  if (Number.isNaN(epochS)) return t('none');
  return hasDate
    ? dateTimeIn(zone.value, epochS).slice(5, 16)
    : timeIn(zone.value, epochS).slice(0, 5);
}

/** HH:mm:ss; with its date, where that matters. */
export function secondText(epochS: number, hasDate: boolean): string {
  if (Number.isNaN(epochS)) return t('none');
  return hasDate ? dateTimeIn(zone.value, epochS) : timeIn(zone.value, epochS);
}

export function lengthText(seconds: number): string {
  return age(Math.round(seconds));
}

/** What is said above the list: that it is read, that it failed, what of it is cut. */

import { zone } from '../i18n/choice.ts';
import { count, t } from '../i18n/text.ts';
import { dateTimeIn } from '../i18n/zone.ts';
import { chosenDays, vehiclesAreCut } from './chosen.ts';
import { corrected, correctedIsCut } from './corrected.ts';
import { dayName } from './format.ts';
import { history, readAgain, reading } from './history.ts';

function cuts(): string[] {
  const shown = history.value;
  const texts: string[] = [];
  if (chosenDays.value.isCut)
    texts.push(t('history.cutDays', { date: dayName(chosenDays.value.from) }));
  if (vehiclesAreCut.value) texts.push(t('history.cutVehicles'));
  if (shown === null) return texts;
  const fixes = shown.tracks.reduce((sum, track) => sum + track.fixes, 0);
  const drawn = shown.tracks.reduce((sum, track) => sum + track.count, 0);
  if (drawn < fixes) texts.push(t('history.thinned', { n: count(fixes), shown: count(drawn) }));
  if (shown.alarmsAreCut) texts.push(t('history.cutAlarms'));
  return texts;
}

function correctedText(): string {
  const path = corrected.value;
  if (path === 'failed') return t('history.noCorrected');
  if (typeof path === 'string') return '';
  if (path.length === 0) return t('history.nothingToCorrect');
  return correctedIsCut.value ? t('history.cutCorrected') : '';
}

/** Of a zone that is not that of the browser people want to know which it is. */
function zoneText(): string {
  const now = Math.floor(Date.now() / 1000);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isSame = dateTimeIn(own, now) === dateTimeIn(zone.value, now);
  return isSame ? '' : t('table.zone', { zone: zone.value });
}

export function Notes() {
  const texts = [...cuts(), correctedText()].filter(Boolean);
  return (
    <>
      {reading.value === 'failed' && (
        <p class="day-note fault" role="alert">
          {t('history.failed')}{' '}
          <button type="button" class="button small" onClick={readAgain}>
            {t('start.retry')}
          </button>
        </p>
      )}
      {reading.value === 'more' && (
        <p class="day-note" role="status">
          {t('history.readingMore', { n: history.value?.daysLeft ?? 0 })}
        </p>
      )}
      {texts.map((text) => (
        <p class="day-note" key={text}>
          {text}
        </p>
      ))}
      {zoneText() !== '' && <p class="day-note plain">{zoneText()}</p>}
    </>
  );
}

/** Said where a vehicle did not move: where it stood, and which day has more. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fleet, tick } from '../app/fleet.ts';
import { addDays } from '../i18n/day.ts';
import { t } from '../i18n/text.ts';
import { DevicesLink } from '../parts/devices_link.tsx';
import { NEVER, PARKED } from '../store/state.ts';
import { showDays } from './chosen.ts';
import { clockText, dayName } from './format.ts';
import { details, type History, readDays } from './history.ts';

const LOOK_BACK_DAYS = 93;

function texts(shown: History): string[] {
  const id = shown.ids[0] ?? '';
  const slot = fleet.slotOfId(id);
  tick.value;
  if (slot >= 0 && fleet.states[slot] === NEVER) return [t('history.never')];
  const found = [
    shown.from === shown.to
      ? t('history.still', { date: dayName(shown.from) })
      : t('history.stillDays'),
  ];
  const stop = shown.entries.find(({ kind }) => kind === 'stop' || kind === 'idle');
  if (stop?.place) found.push(t('history.stoodAt', { place: stop.place }));
  const sinceS = slot < 0 ? Number.NaN : (fleet.numbers.n[slot] as number);
  const isStill = slot >= 0 && fleet.numbers.s[slot] === PARKED && sinceS < shown.fromS;
  if (isStill) found.push(t('history.standsSince', { time: clockText(sinceS, true) }));
  if (!stop && shown.tracks.every(({ count }) => count === 0)) found.push(t('history.noFixes'));
  return found;
}

/** The last day before these that has a trip; '' while it is not known, or there is none. */
function useLastDay(shown: History): string {
  const found = useSignal('');
  const id = shown.ids[0] ?? '';
  const told = details.value?.PreviousDay ?? '';
  useEffect(() => {
    let isStill = true;
    found.value = '';
    const last = addDays(shown.from, -1);
    void readDays(id, addDays(shown.from, -LOOK_BACK_DAYS), last)
      .then((rows) => {
        const row =
          rows.findLast(({ Trips }) => Trips > 0) ?? rows.findLast(({ Fixes }) => Fixes > 0);
        if (isStill) found.value = row?.Date ?? (told < shown.from ? told : '');
      })
      .catch(() => undefined);
    return () => {
      isStill = false;
    };
  }, [id, shown.from, told]);
  return found.value;
}

export function Still({ shown }: { shown: History }) {
  const last = useLastDay(shown);
  const slot = fleet.slotOfId(shown.ids[0] ?? '');
  return (
    <div class="no-movement">
      {texts(shown).map((text) => (
        <p key={text}>{text}</p>
      ))}
      {fleet.states[slot] === NEVER && <DevicesLink />}
      {last !== '' && (
        <button type="button" class="button" onClick={() => showDays(last, last)}>
          {t('history.lastDay', { date: dayName(last) })}
        </button>
      )}
    </div>
  );
}

/** The drawer's first tab: how the vehicle is now, each value with what it means. */
import { useEffect } from 'preact/hooks';
import { copy } from '../app/clipboard.ts';
import { groupName } from '../app/columns.ts';
import { fleet } from '../app/fleet.ts';
import * as texts from '../app/now_texts.ts';
import { placeOf, placesVersion, wantPlaces } from '../app/places.ts';
import { wordsOf } from '../app/words.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { DevicesLink } from '../parts/devices_link.tsx';
import { Icon } from '../parts/icon.tsx';
import { Value } from '../parts/value.tsx';
import { NEVER } from '../store/state.ts';

function Position({ text, isCoarse }: { text: string; isCoarse: boolean }) {
  if (text === t('none')) return null;
  return (
    <Value name={t('drawer.position')}>
      {text}
      <button
        type="button"
        class="bare inline"
        aria-label={t('drawer.copy')}
        title={t('drawer.copy')}
        onClick={() => void copy(text)}
      >
        <Icon name="copy" size={16} />
      </button>
      {isCoarse && <span class="under">{t('drawer.coarse')}</span>}
    </Value>
  );
}

function Words({ status }: { status: string }) {
  if (status === '') return null;
  return (
    <details class="words-of">
      <summary>{t('drawer.words')}</summary>
      <p lang="en">{status}</p>
    </details>
  );
}

export function DrawerNow({ slot }: { slot: number }) {
  placesVersion.value;
  useEffect(() => {
    wantPlaces('drawer', [slot]);
    return () => wantPlaces('drawer', []);
  });
  if (fleet.states[slot] === NEVER) {
    return (
      <div class="quiet">
        <p>{t('drawer.never')}</p>
        <DevicesLink />
      </div>
    );
  }
  const about = wordsOf(slot);
  const fences = about.fences.join(', ') || (about.isKnown ? t('drawer.noFence') : '');
  return (
    <>
      <dl class="values">
        <Value name={t('drawer.address')} class="address" isKept>
          {placeOf(slot)}
        </Value>
        <Position
          text={f.position(texts.numberOf(slot, 'x'), texts.numberOf(slot, 'y'))}
          isCoarse={texts.isCoarse(slot)}
        />
        <Value name={t('drawer.fixTime')}>{f.dateTime(texts.numberOf(slot, 't'))}</Value>
        <Value name={t('drawer.heard')}>{f.dateTime(texts.numberOf(slot, 'r'))}</Value>
        <Value name={t('drawer.ignition')}>{texts.ignitionText(slot)}</Value>
        <Value name={t('drawer.odometer')}>{texts.odometerText(slot)}</Value>
        <Value name={t('drawer.fuel')}>{texts.fuelText(slot)}</Value>
        <Value name={t('drawer.power')}>{texts.powerText(slot)}</Value>
        <Value name={t('drawer.temperature')}>{texts.temperatureText(slot, about.status)}</Value>
        <Value name={t('drawer.gsm')}>{texts.gsmText(slot)}</Value>
        <Value name={t('drawer.satellites')}>{texts.satellitesText(slot)}</Value>
        <Value name={t('drawer.group')}>{groupName(slot)}</Value>
        <Value name={t('drawer.fences')} isKept>
          {fences}
        </Value>
      </dl>
      <Words status={about.status} />
    </>
  );
}

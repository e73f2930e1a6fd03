/** The vehicle that a command is for: its speed, its place, how old they are, what that means. */
import { useEffect } from 'preact/hooks';
import { stateText } from '../app/columns.ts';
import type { Danger } from '../app/danger.ts';
import { fleet, now } from '../app/fleet.ts';
import { shownState } from '../app/look.ts';
import { placeOf, placesVersion, wantPlaces } from '../app/places.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { StateIcon } from '../parts/state_icon.tsx';
import { Value } from '../parts/value.tsx';

export function AskedVehicle({ slot, danger }: { slot: number; danger: Danger }) {
  placesVersion.value;
  const { v, x, y, t: taken, d } = fleet.numbers;
  const at = (column: Float64Array) => column[slot] as number;
  useEffect(() => {
    wantPlaces('order', [slot]);
    return () => wantPlaces('order', []);
  });
  const age = now.value - at(taken);
  const fix = Number.isNaN(age) ? t('none') : t('alarms.ago', { age: f.age(age) });
  return (
    <>
      <dl class="asked">
        <Value name={t('column.plate')}>
          <b>{fleet.texts.plate[slot]}</b>
        </Value>
        <Value name={t('column.speed')}>
          <span class="asked-state">
            <StateIcon state={shownState(slot)} course={at(d)} />
            {f.speed(at(v))} · {stateText(slot)}
          </span>
        </Value>
        <Value name={t('column.place')} class="address">
          {placeOf(slot) || f.position(at(x), at(y))}
        </Value>
        <Value name={t('column.age')}>{fix}</Value>
      </dl>
      {danger !== '' && (
        <p class="danger-line" role="alert">
          {danger === 'moving'
            ? t('command.isMoving', { speed: f.speed(at(v)) })
            : t('command.isUnknown', { age: Number.isNaN(age) ? t('none') : f.age(age) })}
        </p>
      )}
    </>
  );
}

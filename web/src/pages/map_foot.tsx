/** At the lower edge of the map: what the shapes mean, how long a stretch is, whose data it is. */
import { useSignal } from '@preact/signals';
import { isPhone } from '../app/screen.ts';
import { units } from '../i18n/choice.ts';
import { decimal } from '../i18n/format.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { attribution } from '../map/base.ts';
import { hasLegend } from '../map/choice.ts';
import { scaleBar } from '../map/scale.ts';
import { StateIcon } from '../parts/state_icon.tsx';
import { ALARM, IDLE, MOVING, OFFLINE, PARKED, STATE_NAMES } from '../store/state.ts';

const SHAPES = [MOVING, IDLE, PARKED, OFFLINE, ALARM];

function Legend() {
  return (
    <ul class="legend" aria-label={t('map.legend')}>
      {SHAPES.map((state) => (
        <li key={state}>
          <StateIcon state={state} />
          {t(`state.${STATE_NAMES[state] ?? 'never'}`)}
        </li>
      ))}
    </ul>
  );
}

function Scale() {
  const bar = scaleBar.value;
  if (bar === null) return null;
  const unit = `unit.${bar.unit}` as TextKey;
  const text = `${decimal(bar.length, bar.length < 1 ? 1 : 0)} ${t(unit)}`;
  return (
    <span class="scale" style={{ width: `${bar.pixels}px` }} data-units={units.value}>
      {text}
    </span>
  );
}

function Attribution() {
  const isOpen = useSignal(false);
  if (attribution.value === '') return null;
  if (!isPhone.value) {
    return (
      <span class="attribution" title={attribution.value}>
        {attribution.value}
      </span>
    );
  }
  return (
    <button
      type="button"
      class="attribution"
      aria-label={t('map.attribution')}
      aria-expanded={isOpen.value}
      onClick={() => {
        isOpen.value = !isOpen.value;
      }}
    >
      {isOpen.value ? attribution.value : 'i'}
    </button>
  );
}

export function MapFoot({ showsLegend }: { showsLegend: boolean }) {
  return (
    <div class="map-foot">
      {showsLegend && hasLegend.value && !isPhone.value && <Legend />}
      <div class="map-line">
        <Scale />
        <Attribution />
      </div>
    </div>
  );
}

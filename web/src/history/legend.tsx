/** What the colours of the way mean, over the map. */
import { computed } from '@preact/signals';
import { units } from '../i18n/choice.ts';
import { t } from '../i18n/text.ts';
import { distanceIn } from '../i18n/units.ts';
import { history } from './history.ts';
import { coarseOf, STEPS_KMH } from './pieces.ts';

function Speeds() {
  const bounds = [0, ...STEPS_KMH].map((kmh) => Math.round(distanceIn(units.value, kmh)));
  return (
    <>
      <span>{units.value === 'mi' ? t('unit.mph') : t('unit.kmh')}</span>
      {bounds.map((from, step) => (
        <span class="legend-step" key={from}>
          <i class={`speed-${step}`} />
          {bounds[step + 1] === undefined ? `${from}+` : `${from}–${bounds[step + 1]}`}
        </span>
      ))}
    </>
  );
}

/** Whether any place was told by radio cells. */
const hasCoarse = computed(() =>
  (history.value?.tracks ?? []).some((track) => coarseOf(track).length > 0),
);

export function Legend() {
  const tracks = history.value?.tracks ?? [];
  if (tracks.every(({ count }) => count === 0)) return null;
  return (
    <div class="history-legend">
      {tracks.length === 1 && <Speeds />}
      <span class="legend-step">
        <i class="gap" />
        {t('history.legendGap')}
      </span>
      {hasCoarse.value && (
        <span class="legend-step">
          <i class="coarse" />
          {t('history.legendCoarse')}
        </span>
      )}
    </div>
  );
}

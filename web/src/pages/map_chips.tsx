/** What the map has to say of itself, at its upper edge. */
import { fleet, isEmpty, shown, tick } from '../app/fleet.ts';
import { followed } from '../app/follow.ts';
import { isShared } from '../app/session.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { fitFleet } from '../map/arrival.ts';
import { inView, withPlace } from '../map/fleet_view.ts';
import { isPaused, resume } from '../map/following.ts';
import { measured, measuredKm } from '../map/measure.ts';
import { DevicesLink } from '../parts/devices_link.tsx';
import { Icon } from '../parts/icon.tsx';

function Following() {
  const n = followed.value.size;
  if (n === 0 || (isShared.value && !isPaused.value)) return null;
  const stop = () => {
    followed.value = new Set();
  };
  return (
    <span class="chip on over">
      {isPaused.value ? (
        <button type="button" class="bare" onClick={resume}>
          {t('map.paused')}
        </button>
      ) : (
        <span class="chip-text">{t('map.following', { n })}</span>
      )}
      {!isShared.value && (
        <button type="button" class="bare" aria-label={t('map.unfollow')} onClick={stop}>
          <Icon name="close" size={16} />
        </button>
      )}
    </span>
  );
}

function Measured() {
  const points = measured.value;
  if (points === null) return null;
  const text = points.length < 2 ? t('map.measureHint') : f.distance(measuredKm.value, 2);
  return (
    <span class="chip on over">
      <span class="chip-text" role="status">
        {text}
      </span>
      <button
        type="button"
        class="bare"
        aria-label={t('map.measureEnd')}
        onClick={() => {
          measured.value = null;
        }}
      >
        <Icon name="close" size={16} />
      </button>
    </span>
  );
}

function Outside() {
  const n = withPlace.value - inView.value;
  if (n <= 0) return null;
  return (
    <button type="button" class="chip over" onClick={() => fitFleet()}>
      {t('map.outside', { n })}
    </button>
  );
}

/** Vehicles that are all without a place. */
function NonePlaced() {
  tick.value;
  const isNone = shown.value === 'fleet' && !isEmpty.value && withPlace.value === 0;
  const hasReported = fleet.states.subarray(0, fleet.count).some((state) => state !== 0);
  if (!isNone || hasReported) return null;
  return (
    <div class="map-card">
      <b>{t('map.nonePlaced', { n: fleet.size })}</b>
      <p>{t('map.nonePlacedWhy')}</p>
      <DevicesLink />
    </div>
  );
}

export function MapChips() {
  return (
    <>
      <div class="map-chips">
        <Following />
        <Measured />
        <Outside />
      </div>
      {!isShared.value && <NonePlaced />}
    </>
  );
}

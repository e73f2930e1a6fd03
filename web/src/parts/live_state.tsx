/**
 * Whether the page is told of what happens: a dot and the age of what it was told last, and a bar
 * across the page when the server is silent. A device that is silent shows in its row instead.
 */
import { computed } from '@preact/signals';
import { broken, isBeginning, now, pictureTime, retryNow, shown, silence } from '../app/fleet.ts';
import { age, dateTime, time } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { healthOf } from '../live/health.ts';

export const health = computed(() =>
  healthOf(silence.value, isBeginning.value ? null : broken.value),
);

function silenceNow(): number {
  return silence.value ?? broken.value ?? 0;
}

function words(): string {
  const state = health.value;
  if (state === 'live') return t('live.live', { age: age(silenceNow()) });
  if (state === 'catching') return t('live.catching');
  if (state === 'starting') return t('live.starting');
  return t('live.lost', { age: age(silenceNow()) });
}

export function LiveState() {
  return (
    <span class={`live ${health.value}`} role="status" aria-live="off">
      <i class="dot" />
      <span class="words">{words()}</span>
    </span>
  );
}

export function LiveBar() {
  const state = health.value;
  const isLost = state === 'lost' || state === 'old';
  if (!isLost && shown.value === 'picture') {
    return (
      <div class="live-bar picture" role="status">
        {t('live.barPicture', { time: dateTime(pictureTime.value) })}
      </div>
    );
  }
  if (!isLost) return null;
  const since =
    shown.value === 'picture' ? dateTime(pictureTime.value) : time(now.value - silenceNow());
  return (
    <div class={`live-bar ${state}`} role="alert">
      <span>
        {shown.value === 'nothing'
          ? t('live.barStarting')
          : t('live.bar', { age: age(silenceNow()), time: since })}
      </span>
      <button type="button" class="button small" onClick={retryNow}>
        {t('live.retry')}
      </button>
    </div>
  );
}

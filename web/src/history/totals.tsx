/** What the days add up to, a line a vehicle. */
import { distance, speed } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { plateOf } from './chosen.ts';
import { lengthText } from './format.ts';
import type { History } from './history.ts';
import { totalsOf } from './spans.ts';

export function TotalsText({ shown }: { shown: History }) {
  return (
    <div class="history-totals">
      {shown.ids.map((id, car) => {
        const { km, drivingS, idleS, stops, maxKmh } = totalsOf(shown.days, shown.entries, id);
        const main = { n: stops, km: distance(km), driving: lengthText(drivingS) };
        const more = [
          idleS > 0 ? t('history.totalIdle', { idle: lengthText(idleS) }) : '',
          maxKmh > 0 ? t('history.totalMax', { speed: speed(maxKmh * 10) }) : '',
        ];
        return (
          <p key={id}>
            {shown.ids.length > 1 && (
              <>
                <i class={`car-dot car-${car}`} />
                <b>{plateOf(id)}</b>{' '}
              </>
            )}
            <b>{t('history.total', main)}</b>
            <span class="under">{more.filter(Boolean).join(' · ')}</span>
          </p>
        );
      })}
    </div>
  );
}

/** The drawer's tab with the alarms of the last seven days, those that are active first. */
import { weekAlarms } from '../app/device.ts';
import { t } from '../i18n/text.ts';
import { AlarmRow } from '../parts/alarm_row.tsx';

export function DrawerAlarms() {
  const found = weekAlarms.value;
  if (found === 'loading') return <p class="quiet">{t('alarms.loading')}</p>;
  if (found === 'failed') return <p class="quiet">{t('alarms.failed')}</p>;
  if (found.length === 0) return <p class="quiet">{t('drawer.noAlarms')}</p>;
  const active = found.filter((alarm) => alarm.EndTime === null);
  const ended = found.filter((alarm) => alarm.EndTime !== null);
  const parts = [
    ['drawer.active', active],
    ['drawer.week', ended],
  ] as const;
  return parts.map(
    ([title, alarms]) =>
      alarms.length > 0 && (
        <section key={title}>
          <h3 class="section-title">{t(title)}</h3>
          <ul class="alarm-list">
            {alarms.map((alarm) => (
              <AlarmRow key={alarm.AlarmID} alarm={alarm} showsVehicle={false} />
            ))}
          </ul>
        </section>
      ),
  );
}

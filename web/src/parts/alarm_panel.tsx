/** The active alarms of the whole fleet, newest first, over the drawer's place. */
import { useRef } from 'preact/hooks';
import type { Alarm } from '../app/alarms.ts';
import { acknowledge, bellIsOpen, mayAcknowledge, openAlarms } from '../app/alarms.ts';
import { select } from '../app/device.ts';
import { fleet } from '../app/fleet.ts';
import { go } from '../app/navigation.ts';
import { count, t } from '../i18n/text.ts';
import { AlarmRow } from './alarm_row.tsx';
import { Icon } from './icon.tsx';
import { useSidePad } from './side_pad.ts';

function open(alarm: Alarm): void {
  const slot = fleet.slotOfId(alarm.DeviceID);
  if (slot < 0) return;
  bellIsOpen.value = false;
  select(slot);
}

function Body() {
  const { state, rows, total } = openAlarms.value;
  if (state === 'loading') return <p class="quiet">{t('alarms.loading')}</p>;
  if (state === 'failed') return <p class="quiet">{t('alarms.failed')}</p>;
  if (rows.length === 0) return <p class="quiet">{t('alarms.none')}</p>;
  return (
    <ul class="alarm-list">
      {rows.map((alarm) => (
        <AlarmRow key={alarm.AlarmID} alarm={alarm} showsVehicle onOpen={() => open(alarm)} />
      ))}
      {total > rows.length && <li class="quiet">{t('alarms.more', { n: total - rows.length })}</li>}
    </ul>
  );
}

export function AlarmPanel() {
  const host = useRef<HTMLElement>(null);
  useSidePad(host);
  const open = openAlarms.value.rows.filter((alarm) => !alarm.AcknowledgedBy);
  return (
    <aside class="drawer" ref={host} aria-label={t('alarms.title')}>
      <div class="drawer-head">
        <div class="drawer-title">
          <h2>
            {t('alarms.title')} <span class="quiet-count">{count(openAlarms.value.total)}</span>
          </h2>
          <button
            type="button"
            class="bare link"
            onClick={() => {
              bellIsOpen.value = false;
              go({ page: 'settings', set: 'desk', item: '' });
            }}
          >
            {t('alarms.desk')}
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={t('drawer.close')}
            onClick={() => {
              bellIsOpen.value = false;
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      </div>
      <div class="drawer-body">
        <Body />
      </div>
      {mayAcknowledge() && open.length > 1 && (
        <div class="drawer-actions">
          <button
            type="button"
            class="button"
            onClick={() => void acknowledge(open.map((alarm) => alarm.AlarmID))}
          >
            {t('alarms.acknowledgeAll')}
          </button>
        </div>
      )}
    </aside>
  );
}

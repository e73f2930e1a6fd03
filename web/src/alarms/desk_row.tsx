/** One alarm of the desk: what, whose, since when, where; who saw to it; the ways to it. */
import { useComputed } from '@preact/signals';
import type { Alarm } from '../app/alarms.ts';
import { mayAcknowledge } from '../app/alarms.ts';
import { select } from '../app/device.ts';
import { fleet, now, tick } from '../app/fleet.ts';
import { hasHistory, openSpan } from '../app/history.ts';
import { say } from '../app/notice.ts';
import { goTo, mapIsThere } from '../app/target.ts';
import { alarmTypeName } from '../i18n/alarm_type.ts';
import { zone } from '../i18n/choice.ts';
import { epochIn } from '../i18n/day.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { endText } from '../parts/alarm_row.tsx';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import { ALARM } from '../store/state.ts';
import { mark, marked } from './desk.ts';
import { d } from './text.ts';

function openVehicle(alarm: Alarm): void {
  const slot = fleet.slotOfId(alarm.DeviceID);
  if (slot >= 0) select(slot);
  else say(t('drawer.gone'));
}

function showPlace({ Lon, Lat, AlarmType }: Alarm): void {
  if (Lon === null || Lat === null) return;
  goTo({ lon: Lon, lat: Lat, kind: 'point', name: alarmTypeName(AlarmType) });
}

/** Its day, at its beginning. */
function openDay(alarm: Alarm, begunS: number): void {
  openSpan(alarm.DeviceID, alarm.GPSTime, alarm.EndTime ?? alarm.GPSTime, begunS);
}

function Seen({ alarm }: { alarm: Alarm }) {
  if (!alarm.AcknowledgedBy) return null;
  return (
    <span class="alarm-by">
      {d('desk.by', { name: alarm.AcknowledgedBy, time: alarm.AcknowledgedTime ?? '' })}
      {alarm.Note && <q>{alarm.Note}</q>}
    </span>
  );
}

function Times({ alarm, ageS }: { alarm: Alarm; ageS: number }) {
  const { GPSTime, EndTime, Count } = alarm;
  return (
    <span class="desk-when">
      <b class={EndTime === null ? 'desk-age active' : 'desk-age'}>{f.age(ageS)}</b>
      <span>
        {GPSTime} {endText(alarm)}
        {Count > 1 && ` · ${d('desk.times', { count: Count })}`}
      </span>
    </span>
  );
}

function Ways({ alarm, begunS }: { alarm: Alarm; begunS: number }) {
  return (
    <span class="desk-ways">
      {mapIsThere() && alarm.Lon !== null && (
        <IconButton label={d('desk.place')} onClick={() => showPlace(alarm)}>
          <Icon name="place" />
        </IconButton>
      )}
      {hasHistory() && (
        <IconButton label={d('desk.history')} onClick={() => openDay(alarm, begunS)}>
          <Icon name="history" />
        </IconButton>
      )}
    </span>
  );
}

export function DeskRow({ alarm }: { alarm: Alarm }) {
  const begun = useComputed(() => epochIn(zone.value, alarm.GPSTime));
  tick.value;
  const kind = alarmTypeName(alarm.AlarmType);
  const isWaiting = !alarm.AcknowledgedBy;
  const name = `${kind}, ${alarm.VehicleNum}`;
  return (
    <li class={isWaiting ? 'desk-row open' : 'desk-row'}>
      {mayAcknowledge() && (
        <label class="desk-mark">
          <input
            type="checkbox"
            aria-label={d('desk.mark', { name })}
            checked={marked.value.has(alarm.AlarmID)}
            disabled={!isWaiting}
            onChange={(event) => mark([alarm.AlarmID], event.currentTarget.checked)}
          />
        </label>
      )}
      <StateIcon state={ALARM} />
      <span class="desk-what">
        <b>{kind}</b>
        <button type="button" class="bare alarm-open" onClick={() => openVehicle(alarm)}>
          {alarm.VehicleNum}
        </button>
      </span>
      <Times alarm={alarm} ageS={now.value - begun.value} />
      <span class="desk-where">
        {alarm.Place && <span>{alarm.Place}</span>}
        {alarm.Detail !== '' && <span class="under">{alarm.Detail}</span>}
        <Seen alarm={alarm} />
      </span>
      <Ways alarm={alarm} begunS={begun.value} />
    </li>
  );
}

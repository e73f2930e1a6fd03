/** The alarms of the wall: the newest that are active, those of the last minute marked. */
import { type Alarm, openAlarms } from '../app/alarms.ts';
import { now } from '../app/fleet.ts';
import { alarmTypeName } from '../i18n/alarm_type.ts';
import { zone } from '../i18n/choice.ts';
import { epochIn } from '../i18n/day.ts';
import { age } from '../i18n/format.ts';
import { count } from '../i18n/text.ts';
import { w } from '../i18n/wall_text.ts';
import { alarmLookedAt, isFresh } from '../map/wall_view.ts';
import { StateIcon } from '../parts/state_icon.tsx';
import { ALARM } from '../store/state.ts';

const ROWS_MAX = 8;

function Row({ alarm }: { alarm: Alarm }) {
  return (
    <li
      class={isFresh(alarm) ? 'wall-alarm fresh' : 'wall-alarm'}
      aria-current={alarmLookedAt.value === alarm.AlarmID ? 'true' : undefined}
    >
      <StateIcon state={ALARM} />
      <b>{alarm.VehicleNum || alarm.DeviceID}</b>
      <span class="wall-age">{age(now.value - epochIn(zone.value, alarm.GPSTime))}</span>
      <span class="wall-kind">{alarmTypeName(alarm.AlarmType)}</span>
      {alarm.Place && <span class="wall-place">{alarm.Place}</span>}
    </li>
  );
}

export function WallAlarms() {
  const { rows, state, total } = openAlarms.value;
  const more = total - Math.min(rows.length, ROWS_MAX);
  return (
    <section class="wall-alarms">
      <h2>
        {w('wall.alarms')} {state === 'there' && <span>{count(total)}</span>}
      </h2>
      {state === 'failed' && <p class="wall-quiet">{w('wall.failed')}</p>}
      {state === 'there' && total === 0 && <p class="wall-quiet">{w('wall.quiet')}</p>}
      <ul>
        {rows.slice(0, ROWS_MAX).map((alarm) => (
          <Row key={alarm.AlarmID} alarm={alarm} />
        ))}
      </ul>
      {more > 0 && <p class="wall-quiet">{w('wall.more', { n: more })}</p>}
    </section>
  );
}

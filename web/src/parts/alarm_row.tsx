/** One alarm in a list: what, when, where; and who saw to it, with the note that they left. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Alarm } from '../app/alarms.ts';
import { acknowledge, mayAcknowledge } from '../app/alarms.ts';
import { now } from '../app/fleet.ts';
import { alarmTypeName } from '../i18n/alarm_type.ts';
import { zone } from '../i18n/choice.ts';
import { epochIn } from '../i18n/day.ts';
import { age } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { ALARM } from '../store/state.ts';
import { Icon } from './icon.tsx';
import { IconButton } from './icon_button.tsx';
import { StateIcon } from './state_icon.tsx';

const NOTE_CHARS = 200;

interface AlarmRowProps {
  alarm: Alarm;
  showsVehicle: boolean;
  onOpen?: () => void;
}

/** When it ended: of the day that it began in the time alone. */
export function endText({ GPSTime, EndTime }: Alarm): string {
  if (EndTime === null) return t('alarms.active');
  const isSameDay = EndTime.slice(0, 10) === GPSTime.slice(0, 10);
  return `– ${isSameDay ? EndTime.slice(11) : EndTime}`;
}

function Where({ alarm }: { alarm: Alarm }) {
  const begun = useComputed(() => epochIn(zone.value, alarm.GPSTime));
  const end = endText(alarm);
  return (
    <>
      <span class="alarm-time">
        {alarm.GPSTime} {end} · {t('alarms.ago', { age: age(now.value - begun.value) })}
      </span>
      {alarm.Place && <span class="alarm-place">{alarm.Place}</span>}
    </>
  );
}

function Seen({ alarm }: { alarm: Alarm }) {
  if (!alarm.AcknowledgedBy) return null;
  return (
    <span class="alarm-by">
      {t('alarms.by', { name: alarm.AcknowledgedBy })}
      {alarm.Note && <q>{alarm.Note}</q>}
    </span>
  );
}

/** The second step: a note, or none. */
function NoteForm({ alarm, onEnd }: { alarm: Alarm; onEnd: () => void }) {
  const note = useSignal('');
  const isBusy = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    const isDone = await acknowledge([alarm.AlarmID], note.value.trim(), alarm.DeviceID);
    isBusy.value = false;
    if (isDone) onEnd();
  };
  return (
    <form
      class="note-form"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onEnd();
      }}
    >
      <input
        ref={field}
        maxLength={NOTE_CHARS}
        aria-label={t('alarms.note')}
        placeholder={t('alarms.note')}
        value={note.value}
        onInput={(event) => {
          note.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="button primary" disabled={isBusy.value}>
        {t('alarms.acknowledge')}
      </button>
    </form>
  );
}

export function AlarmRow({ alarm, showsVehicle, onOpen }: AlarmRowProps) {
  const isNoting = useSignal(false);
  const name = alarmTypeName(alarm.AlarmType);
  const isOpen = alarm.EndTime === null && !alarm.AcknowledgedBy;
  const title = showsVehicle ? alarm.VehicleNum : name;
  const isWaiting = mayAcknowledge() && !alarm.AcknowledgedBy;
  return (
    <li class={isOpen ? 'alarm-row open' : 'alarm-row'}>
      <StateIcon state={ALARM} />
      <div class="alarm-text">
        {onOpen ? (
          <button type="button" class="bare alarm-open" onClick={onOpen}>
            {title}
          </button>
        ) : (
          <b>{title}</b>
        )}
        {showsVehicle && <span class="alarm-kind">{name}</span>}
        <Where alarm={alarm} />
        <Seen alarm={alarm} />
        {isWaiting && isNoting.value && (
          <NoteForm
            alarm={alarm}
            onEnd={() => {
              isNoting.value = false;
            }}
          />
        )}
      </div>
      {isWaiting && (
        <IconButton
          label={isNoting.value ? t('alarms.leave') : t('alarms.acknowledge')}
          onClick={() => {
            isNoting.value = !isNoting.value;
          }}
        >
          <Icon name={isNoting.value ? 'close' : 'check'} />
        </IconButton>
      )}
    </li>
  );
}

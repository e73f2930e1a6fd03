/** The list of what a day was: trips, stops and alarms, by time. A click goes there. */
import { computed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { alarmTypeName } from '../i18n/alarm_type.ts';
import { distance, speed } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { StateIcon } from '../parts/state_icon.tsx';
import { ALARM, IDLE, MOVING, PARKED } from '../store/state.ts';
import { clockText, lengthText } from './format.ts';
import { type History, history } from './history.ts';
import { fitTime, markChosen } from './layer.ts';
import { playhead, seek } from './play.ts';
import type { Entry } from './spans.ts';

const STATES = { trip: MOVING, stop: PARKED, idle: IDLE, alarm: ALARM } as const;

/** Which entry the player is in; alarms are moments. */
function entryAt(entries: readonly Entry[], id: string, atS: number): number {
  return entries.findLastIndex((entry) => {
    return entry.kind !== 'alarm' && entry.id === id && entry.fromS <= atS;
  });
}

const nowAt = computed(() => {
  const shown = history.value;
  return shown === null ? -1 : entryAt(shown.entries, shown.ids[0] ?? '', playhead.value);
});

function titleOf(entry: Entry, hasDate: boolean): string {
  const from = clockText(entry.fromS, hasDate);
  if (entry.kind === 'alarm') return from;
  return `${from} – ${entry.isOpen ? t('history.now') : clockText(entry.toS, hasDate)}`;
}

/** What stands below the time. */
export function whatOf(entry: Entry): string {
  const { kind, number, place, toPlace } = entry;
  if (kind === 'alarm') return [alarmTypeName(entry.alarm), place].filter(Boolean).join(' · ');
  if (kind === 'trip') {
    const ends = [place || t('none'), entry.isOpen ? '…' : toPlace || t('none')];
    return t('history.way', { from: ends[0] as string, to: ends[1] as string });
  }
  const name = t(kind === 'idle' ? 'history.idle' : 'history.stop', { number: String(number) });
  return [name, place].filter(Boolean).join(' · ');
}

function EntryRow({
  entry,
  at,
  isNow,
  shown,
}: {
  entry: Entry;
  at: number;
  isNow: boolean;
  shown: History;
}) {
  const host = useRef<HTMLLIElement>(null);
  const isChosen = markChosen.value === at;
  useEffect(() => {
    if (isChosen) host.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  const car = shown.ids.indexOf(entry.id);
  const goThere = () => {
    seek(entry.fromS);
    if (entry.kind === 'trip') fitTime(entry);
  };
  return (
    <li ref={host}>
      <button
        type="button"
        class={`entry ${entry.kind}`}
        data-at={entry.fromS}
        aria-current={isNow ? 'time' : undefined}
        onClick={goThere}
      >
        <StateIcon state={STATES[entry.kind]} course={entry.kind === 'trip' ? 45 : Number.NaN} />
        <b>
          {shown.ids.length > 1 && <i class={`car-dot car-${car}`} />}
          {titleOf(entry, shown.from !== shown.to || entry.fromS < shown.fromS)}
        </b>
        <span class="entry-km">
          {entry.kind === 'trip' && distance(entry.km)}
          {entry.kind === 'alarm' && entry.maxKmh > 0 && speed(entry.maxKmh * 10)}
        </span>
        <span class="entry-what">{whatOf(entry)}</span>
        <span class="entry-time">
          {entry.kind === 'alarm' && entry.isOpen
            ? t('alarms.active')
            : lengthText(entry.toS - entry.fromS)}
        </span>
      </button>
    </li>
  );
}

export function Entries() {
  const shown = history.value;
  if (shown === null) return null;
  return (
    <ul class="entries" aria-label={t('history.list')}>
      {shown.entries.map((entry, at) => (
        <EntryRow
          key={`${entry.id} ${entry.kind} ${entry.fromS} ${entry.alarm}`}
          {...{ entry, at, shown }}
          isNow={at === nowAt.value}
        />
      ))}
    </ul>
  );
}

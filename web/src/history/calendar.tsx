/** A month of days, shaded by how far the vehicle went; a day is chosen, or the ends of several. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addDays, weekdayOf } from '../i18n/day.ts';
import { distance } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { chosenDays, chosenIds, DAYS_MAX, showDays, today } from './chosen.ts';
import { dayName, monthName } from './format.ts';
import { readDays } from './history.ts';
import type { DayRow } from './spans.ts';

const WEEKS = 6;
/** Kilometres from which a day is shaded deeper. */
const SHADES_KM = [0.2, 50, 150, 300] as const;

const firstOf = (date: string) => `${date.slice(0, 7)}-01`;

function shadeOf(row: DayRow | undefined): string {
  if (!row || row.Fixes === 0) return 'none';
  return `shade-${SHADES_KM.filter((km) => Number(row.Kilometres) >= km).length}`;
}

function labelOf(date: string, row: DayRow | undefined): string {
  if (!row || row.Fixes === 0) return `${dayName(date)}: ${t('history.noData')}`;
  const km = distance(Number(row.Kilometres));
  return `${dayName(date)}: ${t('history.data', { n: row.Trips, km })}`;
}

function Quick({ onChoose }: { onChoose: (from: string, to: string) => void }) {
  const last = today.value;
  const choices = [
    ['history.today', last, last],
    ['history.yesterday', addDays(last, -1), addDays(last, -1)],
    ['history.week', addDays(last, -6), last],
    ['history.month', addDays(last, 1 - DAYS_MAX), last],
  ] as const;
  return (
    <div class="calendar-quick">
      {choices.map(([text, from, to]) => (
        <button
          type="button"
          class="button quiet-button"
          key={text}
          onClick={() => onChoose(from, to)}
        >
          {t(text)}
        </button>
      ))}
    </div>
  );
}

export function Calendar() {
  const { from, to } = chosenDays.value;
  const month = useSignal(firstOf(to));
  const rows = useSignal<ReadonlyMap<string, DayRow>>(new Map());
  const isRange = useSignal(from !== to);
  const begun = useSignal('');
  const id = chosenIds.value[0] ?? '';
  const first = addDays(month.value, -weekdayOf(month.value));
  const dates = Array.from({ length: WEEKS * 7 }, (_, i) => addDays(first, i));
  const last = dates.at(-1) as string;

  useEffect(() => {
    let isStill = id !== '';
    rows.value = new Map();
    if (isStill) {
      void readDays(id, first, last)
        .then((found) => {
          if (isStill) rows.value = new Map(found.map((row) => [row.Date, row]));
        })
        .catch(() => undefined);
    }
    return () => {
      isStill = false;
    };
  }, [id, first, last]);

  const choose = (date: string) => {
    if (!isRange.value) showDays(date, date);
    else if (begun.value === '') begun.value = date;
    else {
      const [a = date, b = date] = [begun.value, date].sort();
      begun.value = '';
      showDays(a, b);
    }
  };
  const turn = (days: number) => {
    month.value = firstOf(addDays(month.value, days));
  };
  const isIn = (date: string) =>
    begun.value === '' ? date >= from && date <= to : date === begun.value;
  return (
    <div class="calendar">
      <Quick onChoose={showDays} />
      <div class="calendar-month">
        <IconButton label={t('history.monthBefore')} onClick={() => turn(-1)}>
          <Icon name="left" />
        </IconButton>
        <b>{monthName(month.value)}</b>
        <IconButton label={t('history.monthAfter')} onClick={() => turn(32)}>
          <Icon name="right" />
        </IconButton>
      </div>
      <div class="calendar-days">
        {t('history.weekdays')
          .split(' ')
          .map((name) => (
            <span class="calendar-weekday" key={name} aria-hidden="true">
              {name}
            </span>
          ))}
        {dates.map((date) => (
          <button
            type="button"
            key={date}
            class={`calendar-day ${shadeOf(rows.value.get(date))}`}
            data-date={date}
            data-other={firstOf(date) !== month.value || undefined}
            aria-pressed={isIn(date)}
            aria-label={labelOf(date, rows.value.get(date))}
            title={labelOf(date, rows.value.get(date))}
            disabled={date > today.value}
            onClick={() => choose(date)}
          >
            {Number(date.slice(8))}
          </button>
        ))}
      </div>
      <label class="calendar-range">
        <input
          type="checkbox"
          checked={isRange.value}
          onChange={() => {
            isRange.value = !isRange.value;
            begun.value = '';
          }}
        />
        {t('history.range')}
      </label>
      {isRange.value && <p class="under">{t('history.rangeHint')}</p>}
    </div>
  );
}

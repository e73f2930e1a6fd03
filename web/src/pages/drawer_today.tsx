/** The drawer's tab with what the vehicle did today: a bar of the day, totals, trips and stops. */
import type { ComponentChildren } from 'preact';
import { type Part, partsOf, type Span } from '../app/day_bar.ts';
import { now } from '../app/fleet.ts';
import { hasHistory, openSpan } from '../app/history.ts';
import { type Today, today } from '../app/today.ts';
import { zone } from '../i18n/choice.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { DayBar } from '../parts/day_bar.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import { IDLE, MOVING, PARKED } from '../store/state.ts';

const partName = (part: Part) => t(`today.${part.kind}`);

function Totals({ totals }: { totals: Today['totals'] }) {
  if (totals === null) return <p class="quiet">{t('today.nothing')}</p>;
  const values = [
    ['today.distance', f.distance(Number(totals.Kilometres))],
    ['today.driving', f.age(totals.DrivingSeconds)],
    ['today.idle', f.age(totals.IdleSeconds)],
    ['today.stopped', f.age(totals.StoppedSeconds)],
    ['today.fastest', f.speed(totals.MaxSpeed * 10)],
    ['today.fuel', totals.FuelUsed && f.measure(Number(totals.FuelUsed), 1, t('unit.l'))],
  ] as const;
  return (
    <dl class="day-totals">
      {values.map(
        ([key, text]) =>
          text && (
            <div key={key}>
              <dt>{t(key)}</dt>
              <dd>{text}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** From when to when; a day before is named. */
function times(span: Span, day: string): string {
  const row = span.kind === 'trip' ? span.trip : span.stop;
  const clock = (text: string) => (text.startsWith(day) ? text.slice(11, 16) : text.slice(5, 16));
  return `${clock(row.StartTime)} – ${row.EndTime === null ? t('today.goesOn') : clock(row.EndTime)}`;
}

function told(span: Span): { state: number; main: string; place: string } {
  if (span.kind === 'trip') {
    const { Kilometres, MaxSpeed, StartPlace, EndPlace } = span.trip;
    const ends = [StartPlace, EndPlace].filter((place) => place);
    const parts = [f.distance(Number(Kilometres)), f.age(span.toS - span.fromS)];
    parts.push(t('today.max', { speed: f.speed(MaxSpeed * 10) }));
    return { state: MOVING, main: parts.join(' · '), place: ends.join(' → ') };
  }
  const { Seconds, IdleSeconds, Place } = span.stop;
  const parts = [t('today.stop', { age: f.age(Seconds) })];
  if (IdleSeconds > 0) parts.push(t('today.ofIdle', { age: f.age(IdleSeconds) }));
  const state = IdleSeconds * 2 > Seconds ? IDLE : PARKED;
  return { state, main: parts.join(' · '), place: Place ?? '' };
}

/** A button where there is a page to go to. */
function Row({ id, span, children }: { id: string; span: Span; children: ComponentChildren }) {
  if (span.kind === 'stop' || !hasHistory()) return <div class="span-row">{children}</div>;
  const { StartTime, EndTime } = span.trip;
  const to = EndTime ?? f.dateTime(now.value);
  return (
    <button
      type="button"
      class="span-row"
      title={t('today.open')}
      onClick={() => openSpan(id, StartTime, to, span.fromS)}
    >
      {children}
    </button>
  );
}

function Spans({ found }: { found: Today }) {
  return (
    <ul class="span-list">
      {found.spans.toReversed().map((span) => {
        const { state, main, place } = told(span);
        return (
          <li key={`${span.kind}${span.fromS}`}>
            <Row id={found.id} span={span}>
              <StateIcon state={state} course={90} />
              <span class="span-text">
                <span class="span-times">{times(span, found.day.date)}</span>
                <span>{main}</span>
                {place && <span class="under">{place}</span>}
              </span>
            </Row>
          </li>
        );
      })}
    </ul>
  );
}

export function DrawerToday() {
  const found = today.value;
  if (found === 'loading') return <p class="quiet">{t('today.loading')}</p>;
  if (found === 'failed') return <p class="quiet">{t('drawer.failed')}</p>;
  const { date, fromS, toS } = found.day;
  const hours = Math.round((toS - fromS) / 3600);
  const title = hours === 24 ? date : t('today.hours', { date, n: hours });
  return (
    <>
      <h3 class="section-title">
        {title} · {zone.value}
      </h3>
      <DayBar
        day={found.day}
        parts={partsOf(found.day, found.spans)}
        nowS={now.value}
        label={t('today.bar', { date })}
        name={partName}
      />
      <Totals totals={found.totals} />
      <Spans found={found} />
    </>
  );
}

/**
 * A day as a bar: driving, idle and stopped, with the hours of the zone's clock below it. What it
 * shows is told in words beside it, so that it is a picture to screen readers.
 */
import { type Part, placeIn } from '../app/day_bar.ts';
import { zone } from '../i18n/choice.ts';
import { type Day, hoursOf } from '../i18n/day.ts';
import { timeIn } from '../i18n/zone.ts';

const HOURS = [0, 6, 12, 18];

interface DayBarProps {
  day: Day;
  parts: readonly Part[];
  nowS: number;
  label: string;
  /** What a part is called. */
  name(part: Part): string;
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

export function DayBar({ day, parts, nowS, label, name }: DayBarProps) {
  const clock = (epochS: number) => timeIn(zone.value, epochS).slice(0, 5);
  return (
    <div class="day-bar" role="img" aria-label={label}>
      <div class="day-parts">
        {parts.map((part) => (
          <i
            key={`${part.fromS}${part.kind}`}
            class={part.kind}
            title={`${name(part)} ${clock(part.fromS)} – ${clock(part.toS)}`}
            style={{
              left: percent(placeIn(day, part.fromS)),
              width: percent(placeIn(day, part.toS) - placeIn(day, part.fromS)),
            }}
          />
        ))}
        {nowS < day.toS && (
          <i
            class="ahead"
            style={{ left: percent(placeIn(day, nowS)), width: percent(1 - placeIn(day, nowS)) }}
          />
        )}
      </div>
      <div class="day-hours">
        {hoursOf(zone.value, day, HOURS).map(([hour, epochS]) => (
          <span key={hour} style={{ left: percent(placeIn(day, epochS)) }}>
            {String(hour).padStart(2, '0')}
          </span>
        ))}
      </div>
    </div>
  );
}

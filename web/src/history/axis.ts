/** The marks of a time axis, at round times of the clocks of the enterprise's zone. */
import { addDays, dateOf, dayStart, type Stretch } from '../i18n/day.ts';
import { dateTimeIn } from '../i18n/zone.ts';

const HOUR_S = 3600;
const DAY_S = 86_400;

export interface Tick {
  atS: number;
  /** HH:mm, or the date where a day begins. */
  text: string;
  isDay: boolean;
}

const QUARTER_S = 900;
const HOURS = [1, 2, 3, 4, 6, 12] as const;
const MINUTES = [1, 5, 15, 30] as const;

/** Where local clocks show a round time, every `stepS` at least. */
function roundTimes(
  zone: string,
  stretch: Stretch,
  everyS: number,
  isRound: (text: string) => boolean,
) {
  const ticks: Tick[] = [];
  const firstS = Math.ceil(stretch.fromS / everyS) * everyS;
  for (let atS = firstS; atS <= stretch.toS; atS += everyS) {
    const text = dateTimeIn(zone, atS);
    if (isRound(text)) ticks.push({ atS, text: text.slice(11, 16), isDay: false });
  }
  return ticks;
}

function dayTicks(zone: string, stretch: Stretch, count: number): Tick[] {
  const ticks: Tick[] = [];
  const days = Math.ceil((stretch.toS - stretch.fromS) / DAY_S);
  const step = Math.max(1, Math.ceil(days / count));
  for (let date = dateOf(zone, stretch.fromS); ; date = addDays(date, step)) {
    const atS = dayStart(zone, date);
    if (atS >= stretch.toS) return ticks;
    if (atS >= stretch.fromS) ticks.push({ atS, text: date, isDay: true });
  }
}

/** The marks of a time axis, about `count` of them at most. */
export function axisTicks(zone: string, stretch: Stretch, count: number): Tick[] {
  const perTickS = (stretch.toS - stretch.fromS) / Math.max(1, count);
  const minutes = MINUTES.find((each) => each * 60 >= perTickS);
  if (minutes !== undefined) {
    return roundTimes(
      zone,
      stretch,
      minutes * 60,
      (text) => Number(text.slice(14, 16)) % minutes === 0,
    );
  }
  const hours = HOURS.find((each) => each * HOUR_S >= perTickS);
  if (hours === undefined) return dayTicks(zone, stretch, count);
  return roundTimes(zone, stretch, QUARTER_S, (text) => {
    return text.slice(14, 16) === '00' && Number(text.slice(11, 13)) % hours === 0;
  });
}

/** Where the bars of a report are drawn; what they tell is in the table, too. */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { isDarkNow } from '../app/settings.ts';
import { language, units } from '../i18n/choice.ts';
import { rt } from '../i18n/reports.ts';
import { timeIn } from '../i18n/zone.ts';
import { drawBars } from './chart.ts';
import { titleOf } from './format.ts';
import type { Report } from './run.ts';
import { BARS_MAX, type Bar, barColumn, barsOf, isOneDay } from './sums.ts';

const HEIGHT_PX = 132;
const hourIn = (zone: string, epochS: number) => timeIn(zone, epochS).slice(0, 2);

/** "Distance by day", of lengths of time in hours; of vehicles how many of how many are drawn. */
function nameOf(shown: Report, bars: readonly Bar[]): string {
  const { kind } = shown.asked;
  const column = barColumn(kind);
  const plain = column === null ? rt('report.chartRows') : titleOf(column);
  const name = column?.cell === 'length' ? `${rt('report.col.length')}, h` : plain;
  if (kind !== 'mileage') {
    return rt(isOneDay(shown.asked) ? 'report.byHour' : 'report.byDay', { name });
  }
  const text = rt('report.byVehicle', { name });
  const many = { text, n: BARS_MAX, all: bars.length };
  return bars.length > BARS_MAX ? rt('report.barsOf', many) : text;
}

export function Bars({ shown }: { shown: Report }) {
  const host = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const watch = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const { asked, rows, state } = shown;
  const bars = useMemo(() => barsOf(asked.kind, rows, asked, hourIn), [asked, rows.length, state]);
  const look = `${isDarkNow()} ${language.value} ${units.value}`;
  useEffect(() => {
    const element = host.current;
    if (!element || width.value < 160) return undefined;
    let isOver = false;
    let clear: (() => void) | null = null;
    const size = { width: width.value, height: HEIGHT_PX };
    const most = asked.kind === 'mileage' ? BARS_MAX : bars.length;
    const input = { bars: bars.slice(0, most), column: barColumn(asked.kind), ...size };
    void drawBars(element, input).then((made) => {
      if (isOver) made();
      else clear = made;
    });
    return () => {
      isOver = true;
      clear?.();
    };
  }, [asked, bars, look, width.value]);
  const name = nameOf(shown, bars);
  return (
    <figure class="report-chart">
      <figcaption>{name}</figcaption>
      <div class="report-bars" ref={host} role="img" aria-label={rt('report.chart', { name })} />
    </figure>
  );
}

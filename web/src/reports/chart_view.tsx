/** Where the bars of a report are drawn; what they tell is in the table, too. */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { isDarkNow } from '../app/settings.ts';
import { language, units } from '../i18n/choice.ts';
import { rt } from '../i18n/reports.ts';
import { timeIn } from '../i18n/zone.ts';
import { drawBars } from './chart.ts';
import { titleOf } from './format.ts';
import type { Report } from './run.ts';
import { barColumn, barsOf } from './sums.ts';

const HEIGHT_PX = 132;
const hourIn = (zone: string, epochS: number) => timeIn(zone, epochS).slice(0, 2);

/** "Distance by day", and of lengths of time in hours. */
function nameOf(shown: Report): string {
  const { kind, fromS, toS } = shown.asked;
  const column = barColumn(kind);
  const plain = column === null ? rt('report.chartRows') : titleOf(column);
  const name = column?.cell === 'length' ? `${rt('report.col.length')}, h` : plain;
  if (kind === 'mileage') return rt('report.byVehicle', { name });
  return rt(toS - fromS < 130_000 ? 'report.byHour' : 'report.byDay', { name });
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
  const look = `${isDarkNow()} ${language.value} ${units.value}`;
  useEffect(() => {
    const element = host.current;
    if (!element || width.value < 160) return undefined;
    let isOver = false;
    let clear: (() => void) | null = null;
    const bars = barsOf(asked.kind, rows, asked, hourIn);
    const input = { bars, column: barColumn(asked.kind), width: width.value, height: HEIGHT_PX };
    void drawBars(element, input).then((made) => {
      if (isOver) made();
      else clear = made;
    });
    return () => {
      isOver = true;
      clear?.();
    };
  }, [asked, rows.length, state, look, width.value]);
  return (
    <figure class="report-chart">
      <figcaption>{nameOf(shown)}</figcaption>
      <div
        class="report-bars"
        ref={host}
        role="img"
        aria-label={rt('report.chart', { name: nameOf(shown) })}
      />
    </figure>
  );
}

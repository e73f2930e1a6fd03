/** Where the chart is drawn; it is made anew when what it shows is another. */
import { useEffect, useRef } from 'preact/hooks';
import { isDarkNow } from '../app/settings.ts';
import { language, units } from '../i18n/choice.ts';
import { Chart, shownSpeed } from './chart.ts';
import { chosenSeries } from './chart_choice.ts';
import { history } from './history.ts';
import { limitKmh } from './limit.ts';
import { hovered, seek, view, zoomed } from './play.ts';

export const CHART_PX = 100;

export function ChartView({ width, edge }: { width: number; edge: number }) {
  const host = useRef<HTMLDivElement>(null);
  const tracks = history.value?.tracks;
  const { fromS, toS } = view.value;
  const series = chosenSeries.value;
  const look = `${isDarkNow()} ${language.value} ${units.value}`;
  const limit = shownSpeed(limitKmh.value);
  useEffect(() => {
    const element = host.current;
    if (!element || !tracks || width < 100) return undefined;
    let isOver = false;
    let chart: Chart | null = null;
    const input = { tracks, series, limit, edge, view: { fromS, toS }, width, height: CHART_PX };
    const events = {
      hover: (atS: number) => {
        hovered.value = atS;
      },
      seek,
      brush: (part: { fromS: number; toS: number }) => {
        zoomed.value = part;
      },
    };
    void Chart.make(element, input, events).then((made) => {
      if (isOver) made.close();
      else chart = made;
    });
    return () => {
      isOver = true;
      chart?.close();
    };
  }, [tracks, fromS, toS, series, look, limit, width, edge]);
  return <div class="chart" ref={host} aria-hidden="true" />;
}

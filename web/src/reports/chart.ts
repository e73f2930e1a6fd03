/** The bars above the table. The library is loaded with the first chart. */
import type uPlot from 'uplot';
import { units } from '../i18n/choice.ts';
import { decimal } from '../i18n/format.ts';
import { distanceIn } from '../i18n/units.ts';
import { tokenColour } from '../map/colours.ts';
import type { Column } from './kinds.ts';
import type { Bar } from './sums.ts';

export interface BarsInput {
  bars: readonly Bar[];
  /** What they tell; null: a count. */
  column: Column | null;
  width: number;
  height: number;
}

const NAME_PX = 62;
const EDGE_PX = 46;

/** In the unit that is shown: hours for lengths of time. */
export function barValue(column: Column | null, value: number): number {
  if (column?.cell === 'km') return distanceIn(units.value, value);
  return column?.cell === 'length' ? value / 3600 : value;
}

/** "2026-11-05" is "11-05"; a plate is cut where it is long. */
function shortName(name: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(name)) return name.slice(5);
  return name.length > 9 ? `${name.slice(0, 8)}…` : name;
}

function numberAxis(font: string): uPlot.Axis {
  return {
    size: EDGE_PX,
    stroke: tokenColour('--t3'),
    font,
    gap: 4,
    space: 26,
    ticks: { show: false },
    grid: { stroke: tokenColour('--line'), width: 1 },
    values: (_, splits) => splits.map((split) => decimal(split, split % 1 === 0 ? 0 : 1)),
  };
}

/** As many names as there is room for, each below its bar. */
function nameAxis(bars: readonly Bar[], width: number, font: string): uPlot.Axis {
  const step = Math.max(1, Math.ceil((bars.length * NAME_PX) / Math.max(1, width - EDGE_PX)));
  const splits = bars.map((_, i) => i).filter((i) => i % step === 0);
  return {
    size: 22,
    stroke: tokenColour('--t3'),
    font,
    gap: 2,
    ticks: { show: false },
    grid: { show: false },
    splits: () => splits,
    values: (_, found) => found.map((i) => shortName(bars[i]?.name ?? '')),
  };
}

/** Draws them into `host`; what it answers takes them away. */
export async function drawBars(host: HTMLElement, input: BarsInput): Promise<() => void> {
  const { bars, column, width, height } = input;
  const [{ default: Plot }] = await Promise.all([
    import('uplot'),
    import('uplot/dist/uPlot.min.css'),
  ]);
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const values = bars.map(({ value }) => barValue(column, value));
  const paths = Plot.paths.bars?.({ size: [0.7, 48] });
  const plot = new Plot(
    {
      width,
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [-0.5, bars.length - 0.5] },
        y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] }, // of nothing: 0 to 1
      },
      axes: [nameAxis(bars, width, font), numberAxis(font)],
      series: [
        {},
        {
          fill: tokenColour('--accent'),
          width: 0,
          points: { show: false },
          ...(paths ? { paths } : {}),
        },
      ],
    },
    [bars.map((_, i) => i), values],
    host,
  );
  return () => plot.destroy();
}

/**
 * The chart of the timeline: one or two values of the fixes over time. The library is loaded with
 * the first chart. Its time axis is not used: the hours below the band are those of the zone.
 */
import type uPlot from 'uplot';
import { units } from '../i18n/choice.ts';
import type { Stretch } from '../i18n/day.ts';
import { decimal } from '../i18n/format.ts';
import { distanceIn } from '../i18n/units.ts';
import { tokenColour } from '../map/colours.ts';
import { GAP_S, PARKED_NOW, type Track } from './track.ts';

export const SERIES = ['speed', 'volt', 'fuel', 'temp', 'alt'] as const;
export type Series = (typeof SERIES)[number];

const EDGE_MIN_PX = 30;

const COLUMNS = { speed: 'v', volt: 'volt', fuel: 'fuel', temp: 'temp', alt: 'alt' } as const;
const COLOURS = ['--accent', '--idle'] as const;

export interface ChartInput {
  tracks: readonly Track[];
  series: readonly Series[];
  /** In the units shown; NaN: none. */
  limit: number;
  view: Stretch;
  width: number;
  height: number;
  /** Room at both sides for the numbers of the axes; where it is small there are none. */
  edge: number;
}

export interface ChartEvents {
  hover(atS: number): void;
  seek(atS: number): void;
  brush(stretch: Stretch): void;
}

/** A speed in the units that are shown. */
export function shownSpeed(kmh: number): number {
  return distanceIn(units.value, kmh);
}

function shownValue(track: Track, series: Series, i: number): number | null {
  const told = track.columns[COLUMNS[series]][i] as number;
  if (Number.isNaN(told)) return null;
  return series === 'speed' ? shownSpeed(told / 10) : told;
}

/** Whether any fix tells this value. */
export function tells(tracks: readonly Track[], series: Series): boolean {
  return tracks.some(({ columns }) => columns[COLUMNS[series]].some((each) => !Number.isNaN(each)));
}

/** Of one track; a gap breaks the line, unless the vehicle stood. */
function cellsOf(track: Track, series: Series): { t: number[]; values: (number | null)[] } {
  const t: number[] = [];
  const values: (number | null)[] = [];
  for (let i = 0; i < track.count; i++) {
    const atS = track.columns.t[i] as number;
    const before = t.at(-1);
    const stood = i > 0 && track.columns.s[i - 1] === PARKED_NOW;
    if (before !== undefined && atS - before > GAP_S && !stood) {
      t.push(before + 1);
      values.push(null);
    }
    t.push(atS);
    values.push(shownValue(track, series, i));
  }
  return { t, values };
}

function lineOf(colour: string, scale: string): uPlot.Series {
  return { stroke: colour, width: 1.5, scale, points: { show: false }, spanGaps: false };
}

/** One table a vehicle and value, joined by the library. */
function tablesOf({ tracks, series }: ChartInput): {
  tables: uPlot.AlignedData[];
  lines: uPlot.Series[];
} {
  const tables: uPlot.AlignedData[] = [];
  const lines: uPlot.Series[] = [];
  for (const [n, name] of series.entries()) {
    for (const [car, track] of tracks.entries()) {
      const { t, values } = cellsOf(track, name);
      const colour = tracks.length === 1 ? COLOURS[n] : `--car-${car}`;
      tables.push([t, values]);
      lines.push(lineOf(tokenColour(colour ?? '--accent'), name));
    }
  }
  return { tables, lines };
}

function axisOf(name: Series, side: 1 | 3, colour: string, edge: number): uPlot.Axis {
  return {
    scale: name,
    side,
    size: edge,
    stroke: tokenColour(colour),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    gap: 4,
    space: 26,
    ticks: { show: false },
    grid: { show: side === 3, stroke: tokenColour('--line'), width: 1 },
    values: (_, splits) => splits.map((split) => decimal(split, split % 1 === 0 ? 0 : 1)),
  };
}

function drawLimit(chart: uPlot, limit: number): void {
  if (Number.isNaN(limit) || !('speed' in chart.scales)) return;
  const y = chart.valToPos(limit, 'speed', true);
  const { left, width, top } = chart.bbox;
  if (y < top) return;
  const { ctx } = chart;
  ctx.save();
  ctx.strokeStyle = tokenColour('--alarm');
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.restore();
}

/** From 0, where it is a speed or a level, with some room above. */
function rangeOf(name: Series, limit: number) {
  return (_: uPlot, min: number | null, max: number | null): [number, number] => {
    const top = Math.max(max ?? 1, name === 'speed' && limit > 0 ? limit : 0);
    const bottom = name === 'speed' || name === 'fuel' ? 0 : (min ?? 0);
    const room = Math.max(1, (top - bottom) * 0.08);
    return [bottom === 0 ? 0 : bottom - room, top + room];
  };
}

export class Chart {
  private readonly plot: uPlot;
  private readonly events: ChartEvents;

  private constructor(plot: uPlot, events: ChartEvents) {
    this.plot = plot;
    this.events = events;
  }

  static async make(host: HTMLElement, input: ChartInput, events: ChartEvents): Promise<Chart> {
    const [{ default: Plot }] = await Promise.all([
      import('uplot'),
      import('uplot/dist/uPlot.min.css'),
    ]);
    const { tables, lines } = tablesOf(input);
    const data = tables.length === 0 ? ([[]] as unknown as uPlot.AlignedData) : Plot.join(tables);
    const made: { chart?: Chart } = {};
    const scales: uPlot.Scales = {
      x: { time: false, range: () => [input.view.fromS, input.view.toS] },
    };
    for (const name of input.series) scales[name] = { range: rangeOf(name, input.limit) };
    const [first = 'speed', second] = input.series;
    const { edge } = input;
    const hasAxes = edge >= EDGE_MIN_PX;
    const axes: uPlot.Axis[] = [{ show: false }];
    if (hasAxes) axes.push(axisOf(first, 3, second ? '--accent' : '--t3', edge));
    if (hasAxes && second) axes.push(axisOf(second, 1, '--idle', edge));
    const right = hasAxes && second ? 0 : edge;
    const plot = new Plot(
      {
        width: input.width,
        height: input.height,
        padding: [8, right, 4, hasAxes ? 0 : edge],
        legend: { show: false },
        cursor: {
          points: { show: false },
          y: false,
          drag: { x: true, y: false, setScale: false },
        },
        scales,
        axes,
        series: [{}, ...lines],
        hooks: {
          draw: [(chart) => drawLimit(chart, input.limit)],
          setCursor: [(chart) => made.chart?.tellHover(chart)],
          setSelect: [(chart) => made.chart?.tellBrush(chart)],
        },
      },
      data,
      host,
    );
    made.chart = new Chart(plot, events);
    plot.over.addEventListener('click', (event) => made.chart?.tellClick(event));
    return made.chart;
  }

  private wasBrushed = false;

  private tellHover(chart: uPlot): void {
    const { left = -1 } = chart.cursor;
    this.events.hover(left < 0 ? Number.NaN : chart.posToVal(left, 'x'));
  }

  private tellBrush(chart: uPlot): void {
    const { left, width } = chart.select;
    if (width < 4) return;
    const [fromS, toS] = [left, left + width].map((at) => chart.posToVal(at, 'x'));
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.wasBrushed = true;
    this.events.brush({ fromS: fromS as number, toS: toS as number });
  }

  private tellClick(event: MouseEvent): void {
    if (!this.wasBrushed) this.events.seek(this.plot.posToVal(event.offsetX, 'x'));
    this.wasBrushed = false;
  }

  close(): void {
    this.plot.destroy();
  }
}

/** The timeline below the map: player, chart, a band of states a vehicle, hours of the zone. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { isPhone } from '../app/screen.ts';
import { zone } from '../i18n/choice.ts';
import { t } from '../i18n/text.ts';
import { axisTicks } from './axis.ts';
import { Band } from './band_row.tsx';
import { chartIsOpen } from './chart_choice.ts';
import { CHART_PX, ChartView } from './chart_view.tsx';
import { secondText } from './format.ts';
import { history, reading } from './history.ts';
import { played, playhead, seek, seekBy, stepFix, view, zoomed } from './play.ts';
import { PlayerRow } from './player_row.tsx';
import { HoverText } from './readout.tsx';

const TICK_PX = 76;
const EDGE_PX = 44;
const EDGE_PHONE_PX = 12;

/** Where an instant is, as a share of the width. */
const share = (atS: number) => {
  const { fromS, toS } = view.value;
  return (atS - fromS) / (toS - fromS);
};

/** The first and the last mark do not stand out. */
function sideOf(at: number): string {
  return at < 0.02 ? 'first' : at > 0.98 ? 'last' : '';
}

function Hours({ width }: { width: number }) {
  const ticks = axisTicks(zone.value, view.value, Math.max(2, Math.floor(width / TICK_PX)));
  return (
    <div class="hours" aria-hidden="true">
      {ticks.map(({ atS, text, isDay }) => (
        <span
          key={atS}
          class={sideOf(share(atS))}
          data-at={atS}
          style={{ left: `${share(atS) * 100}%` }}
        >
          {isDay ? text.slice(5) : text}
        </span>
      ))}
    </div>
  );
}

/** The line that marks the instant of the player, over chart and bands. */
function Needle({ hasChart }: { hasChart: boolean }) {
  const at = useComputed(() => share(playhead.value));
  const isOut = !(at.value >= 0 && at.value <= 1);
  const style = { left: `${at.value * 100}%`, top: hasChart ? `-${CHART_PX}px` : '0' };
  return <i class="needle" hidden={isOut} style={style} />;
}

function Tracks({ width }: { width: number }) {
  const shown = history.value;
  const range = played.value;
  // the same elements in each frame of the player: only the slider's values are others
  const bands = useMemo(
    () =>
      (shown?.tracks ?? []).map((track, car) => (
        <Band key={track.id} track={track} car={car} width={width} />
      )),
    [shown?.tracks, width],
  );
  const scrub = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const { fromS, toS } = view.value;
    seek(fromS + ((event.clientX - box.left) / box.width) * (toS - fromS));
  };
  const onKey = (event: KeyboardEvent) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) seekBy(way * 60);
    else stepFix(way);
  };
  return (
    <div
      class="bands"
      role="slider"
      tabIndex={0}
      aria-label={t('history.at')}
      aria-valuemin={Math.round(range?.fromS ?? 0)}
      aria-valuemax={Math.round(range?.toS ?? 0)}
      aria-valuenow={Math.round(playhead.value) || 0}
      aria-valuetext={secondText(playhead.value, true)}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        scrub(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) scrub(event);
      }}
    >
      {bands}
    </div>
  );
}

export function Timeline() {
  const host = useRef<HTMLElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => {
      width.value = entry?.contentRect.width ?? 0;
    });
    if (host.current) watcher.observe(host.current);
    return () => watcher.disconnect();
  }, []);
  const edge = isPhone.value ? EDGE_PHONE_PX : EDGE_PX;
  const inner = Math.max(1, width.value - 2 * edge);
  const hasChart = !isPhone.value || chartIsOpen.value;
  return (
    <section class="timeline" aria-label={t('history.timeline')} ref={host}>
      <PlayerRow width={width.value} />
      <div class={`timeline-body${reading.value === 'first' ? ' waits' : ''}`}>
        {hasChart && <ChartView width={width.value} edge={edge} />}
        <div class="timeline-inner" style={{ marginInline: `${edge}px` }}>
          <Tracks width={inner} />
          <Hours width={inner} />
          <Needle hasChart={hasChart} />
        </div>
        <HoverText />
        {zoomed.value !== null && (
          <button
            type="button"
            class="button small zoom-out"
            onClick={() => {
              zoomed.value = null;
            }}
          >
            {t('history.zoomOut')}
          </button>
        )}
      </div>
    </section>
  );
}

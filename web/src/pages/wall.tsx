/**
 * The wall (kiosk=1): a screen that nobody touches. The time, five numbers, the map, the newest
 * alarms; the map shows the fleet and each new alarm by turns. A pointer that moves shows the way
 * out.
 */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { keepAwake } from '../app/awake.ts';
import { isEmpty, now, shown } from '../app/fleet.ts';
import { counts, total } from '../app/list.ts';
import { leaveWall, mapIsImpossible } from '../app/page.ts';
import { me } from '../app/session.ts';
import { language, zone } from '../i18n/choice.ts';
import { time } from '../i18n/format.ts';
import { count, t } from '../i18n/text.ts';
import { w } from '../i18n/wall_text.ts';
import { driftAt } from '../map/tour.ts';
import { followTour } from '../map/wall_view.ts';
import { Icon } from '../parts/icon.tsx';
import { LiveBar } from '../parts/live_state.tsx';
import { MapStage } from '../parts/map_stage.tsx';
import { Mark } from '../parts/mark.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import { NEVER, STATE_NAMES, STATES_SHOWN } from '../store/state.ts';
import { MapFoot } from './map_foot.tsx';
import { WallAlarms } from './wall_alarms.tsx';
import '../style/wall.css';

const POINTER_MS = 4000;

function dateText(): string {
  const options = { timeZone: zone.value, weekday: 'long', day: 'numeric', month: 'long' } as const;
  const place = language.value === 'zh' ? 'zh-CN' : 'en-GB';
  return new Intl.DateTimeFormat(place, options).format(now.value * 1000);
}

function Clock() {
  return (
    <div class="wall-time">
      <span class="wall-clock">{time(now.value)}</span>
      <span>{dateText()}</span>
      <span class="wall-quiet">{w('wall.zone', { zone: zone.value })}</span>
    </div>
  );
}

const isTold = (state: number) => state !== NEVER || (counts.value[state] ?? 0) > 0;

/** Those but the alarms make up the whole fleet: who never reported is told where there is one. */
function Numbers() {
  const isKnown = shown.value !== 'nothing';
  return (
    <ul class="wall-numbers">
      {STATES_SHOWN.filter(isTold).map((state) => (
        <li key={state} class={`wall-number ${STATE_NAMES[state]}`}>
          <StateIcon state={state} />
          <span>{t(`state.${STATE_NAMES[state] ?? 'never'}`)}</span>
          <b>{isKnown ? count(counts.value[state] ?? 0) : t('none')}</b>
        </li>
      ))}
    </ul>
  );
}

/** Shown while a pointer moves: there is none on most walls. */
function WayOut() {
  const isShown = useSignal(false);
  useEffect(() => {
    let timer = 0;
    const showIt = () => {
      isShown.value = true;
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        isShown.value = false;
      }, POINTER_MS);
    };
    addEventListener('pointermove', showIt);
    addEventListener('pointerdown', showIt);
    return () => {
      clearTimeout(timer);
      removeEventListener('pointermove', showIt);
      removeEventListener('pointerdown', showIt);
    };
  }, []);
  return (
    <div class={isShown.value ? 'wall-out' : 'wall-out unseen'}>
      {document.fullscreenEnabled && document.fullscreenElement === null && (
        <button
          type="button"
          class="button"
          onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}
        >
          {w('wall.full')}
        </button>
      )}
      <button type="button" class="button primary" onClick={leaveWall}>
        <Icon name="close" /> {w('wall.leave')}
      </button>
    </div>
  );
}

export function Wall() {
  useEffect(() => {
    const ends = [keepAwake(), followTour()];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const [x, y] = driftAt(now.value);
  const drift = { transform: x || y ? `translate(${x}px, ${y}px)` : 'none' };
  return (
    <div class="wall" style={drift}>
      <LiveBar />
      <header class="wall-side">
        <div class="wall-whose">
          <Mark />
          <h1>{me.value?.HoldName || t('app.name')}</h1>
          <span class="wall-quiet">{w('wall.vehicles', { n: total.value })}</span>
        </div>
        <Clock />
        <Numbers />
      </header>
      <main class="wall-map" aria-label={w('wall.title')}>
        {mapIsImpossible.value && <p class="wall-note">{w('wall.noMap')}</p>}
        {isEmpty.value && <p class="wall-note">{w('wall.empty')}</p>}
        <MapStage>
          <div class="map-over">
            <MapFoot showsLegend={false} />
          </div>
        </MapStage>
      </main>
      <WallAlarms />
      <WayOut />
    </div>
  );
}

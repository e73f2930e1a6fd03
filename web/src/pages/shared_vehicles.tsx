/**
 * What a link shares, over the map: of one vehicle its name, how fast it is, where, and how old
 * that is; of several a list that tells the same.
 */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { stateText } from '../app/columns.ts';
import { fleet, now, shown, tick } from '../app/fleet.ts';
import { list } from '../app/list.ts';
import { isOverdue, shownState, speedNow } from '../app/look.ts';
import { mapIsImpossible } from '../app/page.ts';
import { placeOf, placesVersion, wantPlaces } from '../app/places.ts';
import { isPhone } from '../app/screen.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { pad } from '../map/camera.ts';
import { health } from '../parts/live_state.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import { MOVING, NEVER } from '../store/state.ts';
import { Table } from '../table/table.tsx';

/** The edge of the panel to the map's, twice: style/share.css has it. */
const MARGINS = 24;

/** "Moving 38 min · NE". */
function stateLine(slot: number): string {
  const since = now.value - (fleet.numbers.n[slot] as number);
  const what = Number.isNaN(since) ? stateText(slot) : `${stateText(slot)} ${f.age(since)}`;
  const isMoving = fleet.states[slot] === MOVING;
  return isMoving ? `${what} · ${f.course(fleet.numbers.d[slot] as number)}` : what;
}

function One({ slot }: { slot: number }) {
  placesVersion.value;
  now.value;
  useEffect(() => {
    wantPlaces('shared', [slot]);
    return () => wantPlaces('shared', []);
  });
  const isNew = fleet.states[slot] === NEVER;
  const age = f.age(now.value - (fleet.numbers.t[slot] as number));
  return (
    <section class="shared-one" aria-label={fleet.texts.plate[slot]}>
      <StateIcon state={shownState(slot)} course={fleet.numbers.d[slot] as number} />
      <h1>{fleet.texts.plate[slot]}</h1>
      {isNew ? (
        <p class="shared-wide">{t('shared.never')}</p>
      ) : (
        <>
          <b class="shared-speed">{f.speed(speedNow(slot))}</b>
          <p class="shared-wide">{stateLine(slot)}</p>
          <p class="shared-wide shared-place">{placeOf(slot)}</p>
          <p class={isOverdue(slot) ? 'shared-wide age overdue' : 'shared-wide age'}>
            {t('shared.age', { age })}
          </p>
        </>
      )}
    </section>
  );
}

function Several() {
  return (
    <>
      <h1 class="unseen">{t('shared.title')}</h1>
      <Table />
    </>
  );
}

function Body() {
  tick.value;
  if (shown.value === 'nothing') return <p class="shared-note">{t('shared.reading')}</p>;
  if (fleet.size === 0) return <p class="shared-note">{t('shared.text.over')}</p>;
  return fleet.size === 1 ? <One slot={fleet.alive.indexOf(1)} /> : <Several />;
}

/** The map leaves room for the panel, however large it becomes. */
function usePad(host: { current: HTMLElement | null }): void {
  const phone = isPhone.value;
  const hasNoMap = mapIsImpossible.value;
  useLayoutEffect(() => {
    const panel = host.current;
    if (!panel || hasNoMap) return undefined;
    let end = () => {};
    const watch = new ResizeObserver(() => {
      const part = phone ? { bottom: panel.offsetHeight } : { left: panel.offsetWidth + MARGINS };
      end = pad('shared', part);
    });
    watch.observe(panel);
    return () => {
      watch.disconnect();
      end();
    };
  }, [phone, hasNoMap]);
}

export function SharedVehicles() {
  const host = useRef<HTMLElement>(null);
  usePad(host);
  tick.value;
  const rows = { '--rows': list.value.rows.length };
  const looks = ['shared-panel', `is-${health.value}`];
  if (mapIsImpossible.value) looks.push('page');
  if (fleet.size > 1) looks.push('several');
  return (
    <main class={looks.join(' ')} style={rows} ref={host}>
      {mapIsImpossible.value && <p class="no-map">{t('map.impossible')}</p>}
      <Body />
    </main>
  );
}

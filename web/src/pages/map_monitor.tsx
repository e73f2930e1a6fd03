/** The map monitor (fun=2): the list of vehicles beside the map, on phones a sheet over it. */
import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { drawerIsOpen } from '../app/device.ts';
import { fleet, isEmpty, shown, tick } from '../app/fleet.ts';
import { isGrouped, list, showNewOrder } from '../app/list.ts';
import { isPhone } from '../app/screen.ts';
import { t } from '../i18n/text.ts';
import { pad } from '../map/camera.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { health } from '../parts/live_state.tsx';
import { Narrowing } from '../parts/narrowing.tsx';
import { Table } from '../table/table.tsx';
import { EmptyFleet } from './empty_fleet.tsx';
import { NothingMatches } from './nothing_matches.tsx';
import { Skeleton } from './skeleton.tsx';

/** How much of a phone's screen the list takes. */
const STOPS = ['peek', 'half', 'full'] as const;
const stop = signal<(typeof STOPS)[number]>('half');

function Body() {
  tick.value;
  if (shown.value === 'nothing') return <Skeleton />;
  if (isEmpty.value) return <EmptyFleet />;
  if (list.value.count === 0) return <NothingMatches />;
  return <Table />;
}

function countText(): string {
  if (shown.value === 'nothing') return '';
  const { count } = list.value;
  if (count === fleet.size) return t('table.count', { n: count });
  return t('table.countOf', { n: count, all: fleet.size });
}

function StopButtons() {
  const at = STOPS.indexOf(stop.value);
  const move = (by: number) => {
    stop.value = STOPS[at + by] ?? stop.value;
  };
  return (
    <>
      <IconButton label={t('map.sheetMore')} off={at === 2} onClick={() => move(1)}>
        <Icon name="up" />
      </IconButton>
      <IconButton label={t('map.sheetLess')} off={at === 0} onClick={() => move(-1)}>
        <Icon name="down" />
      </IconButton>
    </>
  );
}

function Head() {
  return (
    <div class="list-head">
      <h1>{t('page.map')}</h1>
      <span class="list-count">{countText()}</span>
      <span class="space" />
      {list.value.isWaiting && (
        <IconButton label={t('table.changed')} onClick={showNewOrder}>
          <Icon name="refresh" size={16} />
        </IconButton>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={t('table.grouped')}
        title={t('table.grouped')}
        aria-pressed={isGrouped.value}
        onClick={() => {
          isGrouped.value = !isGrouped.value;
        }}
      >
        <Icon name="groups" />
      </button>
      {isPhone.value && <StopButtons />}
    </div>
  );
}

export function MapMonitor() {
  const host = useRef<HTMLElement>(null);
  const isSheet = isPhone.value && !drawerIsOpen.value;
  tick.value;
  useLayoutEffect(() => {
    if (!isSheet || !host.current || stop.value === 'full') return undefined;
    return pad('sheet', { bottom: host.current.offsetHeight });
  }, [isSheet, stop.value]);
  return (
    <main class={`page beside-map ${stop.value} is-${health.value}`} ref={host}>
      <Head />
      <div class="list-chips">
        <Narrowing />
      </div>
      <Body />
    </main>
  );
}

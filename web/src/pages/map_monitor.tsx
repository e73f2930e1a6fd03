/** The map monitor (fun=2): the list of vehicles beside the map, on phones a sheet over it. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { drawerIsOpen } from '../app/device.ts';
import { fleet, isEmpty, shown, tick } from '../app/fleet.ts';
import { isGrouped, list, showNewOrder } from '../app/list.ts';
import { isPhone } from '../app/screen.ts';
import { listStop } from '../app/sheet.ts';
import { t } from '../i18n/text.ts';
import { pad } from '../map/camera.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { health } from '../parts/live_state.tsx';
import { Narrowing } from '../parts/narrowing.tsx';
import { NothingMatches } from '../parts/nothing_matches.tsx';
import { SheetGrip } from '../parts/sheet_grip.tsx';
import { Table } from '../table/table.tsx';
import { EmptyFleet } from './empty_fleet.tsx';
import { Skeleton } from './skeleton.tsx';

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
    </div>
  );
}

export function MapMonitor() {
  const host = useRef<HTMLElement>(null);
  const isSheet = isPhone.value && !drawerIsOpen.value;
  tick.value;
  useLayoutEffect(() => {
    if (!isSheet || !host.current || listStop.value === 'full') return undefined;
    return pad('sheet', { bottom: host.current.offsetHeight });
  }, [isSheet, listStop.value]);
  return (
    <main class={`page beside-map ${listStop.value} is-${health.value}`} ref={host}>
      {isPhone.value && <SheetGrip stop={listStop} />}
      <Head />
      <div class="list-chips">
        <Narrowing />
      </div>
      <Body />
    </main>
  );
}

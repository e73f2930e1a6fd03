/**
 * The frame of all pages: rail, top bar, the page, the drawer. It stays as one page is changed for
 * another, and with it what is expensive to make.
 */
import { useEffect, useRef } from 'preact/hooks';
import { bellIsOpen } from '../app/alarms.ts';
import { question } from '../app/commands.ts';
import { drawerIsOpen } from '../app/device.ts';
import { keysAreShown } from '../app/keyboard.ts';
import { address } from '../app/navigation.ts';
import { notice, undo, undoIt } from '../app/notice.ts';
import { hasMap, pageShown } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { isShared, me } from '../app/session.ts';
import { kept } from '../app/settings.ts';
import { adding } from '../app/setup.ts';
import { sharing } from '../app/shares.ts';
import { t } from '../i18n/text.ts';
import { AlarmPanel } from '../parts/alarm_panel.tsx';
import { Keys } from '../parts/keys.tsx';
import { lazy } from '../parts/lazy.tsx';
import { LiveBar } from '../parts/live_state.tsx';
import { MapStage } from '../parts/map_stage.tsx';
import { Rail, Tabs } from '../parts/rail.tsx';
import { SharedBar, SharedPages } from '../parts/shared_bar.tsx';
import { TopBar } from '../parts/top_bar.tsx';
import { Drawer } from './drawer.tsx';
import { Fences } from './fences.tsx';
import { MapMonitor } from './map_monitor.tsx';
import { MapOver } from './map_over.tsx';
import { Online } from './online.tsx';
import { Settings } from './settings.tsx';

const HistoryPage = lazy(() => import('./history.tsx').then(({ HistoryPage }) => HistoryPage));
const HistoryOver = lazy(() => import('./history_over.tsx').then(({ HistoryOver }) => HistoryOver));

const SharedVehicles = lazy(async () => (await import('./shared_vehicles.tsx')).SharedVehicles);
const ShareDialog = lazy(() => import('./share_dialog.tsx').then(({ ShareDialog }) => ShareDialog));
const OrderDialog = lazy(() => import('./order_dialog.tsx').then(({ OrderDialog }) => OrderDialog));
const NoEnterprise = lazy(async () => (await import('./no_enterprise.tsx')).NoEnterprise);
const AddDevice = lazy(() => import('./add_device.tsx').then(({ AddDevice }) => AddDevice));

/** What is loaded when it is wanted first; while it comes nothing makes room for it. */
function Dialogs() {
  return (
    <div class="dialogs">
      {question.value !== null && <OrderDialog />}
      {sharing.value !== null && <ShareDialog />}
      {adding.value !== null && <AddDevice id={adding.value} />}
    </div>
  );
}

function Side() {
  if (bellIsOpen.value) return <AlarmPanel />;
  return drawerIsOpen.value ? <Drawer /> : null;
}

const ReportsPage = lazy(() => import('./reports.tsx').then(({ ReportsPage }) => ReportsPage));

function Page() {
  if (pageShown.value === 'settings') return <Settings />;
  if (!me.value?.HoldID) return <NoEnterprise />;
  if (pageShown.value === 'history') return <HistoryPage />;
  if (pageShown.value === 'reports') return <ReportsPage />;
  if (isShared.value) return <SharedVehicles />;
  if (pageShown.value !== 'map') return <Online />;
  return address.value.fence === '' ? <MapMonitor /> : <Fences />;
}

/** What stands open is of who is logged in. */
function closeAll(): void {
  bellIsOpen.value = false;
  keysAreShown.value = false;
  adding.value = null;
  sharing.value = null;
}

export function Shell() {
  useEffect(() => {
    if (kept('sound') === '1') void import('../alarms/sound.ts');
    return closeAll;
  }, []);
  const hadMap = useRef(false);
  const showsMap = hasMap.value && Boolean(me.value?.HoldID);
  if (showsMap) hadMap.current = true;
  const hasSide = bellIsOpen.value || drawerIsOpen.value;
  const looks = [
    'shell',
    isShared.value && 'shared',
    `on-${pageShown.value}`,
    hasSide && 'with-side',
    showsMap && 'with-map',
  ];
  return (
    <div class={looks.filter(Boolean).join(' ')}>
      {!isPhone.value && !isShared.value && <Rail />}
      {isShared.value ? <SharedBar /> : <TopBar />}
      <LiveBar />
      {hadMap.current && (
        <MapStage>
          {showsMap && <MapOver />}
          {showsMap && pageShown.value === 'history' && <HistoryOver />}
        </MapStage>
      )}
      <Page />
      <Side />
      {isPhone.value && (isShared.value ? <SharedPages /> : <Tabs />)}
      {keysAreShown.value && <Keys />}
      <Dialogs />
      <div class="notice" role="status">
        {notice.value && <span>{notice.value}</span>}
        {undo.value && (
          <button type="button" class="button" onClick={undoIt}>
            {t('notice.undo')}
          </button>
        )}
      </div>
    </div>
  );
}

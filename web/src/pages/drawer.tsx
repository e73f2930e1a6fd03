/** What is known of the selected vehicle, beside the list. */
import { useEffect, useRef } from 'preact/hooks';
import { beganAt } from '../app/alarms.ts';
import { mayCommand } from '../app/commands.ts';
import { selectedSlot, showTab, unselect } from '../app/device.ts';
import { fleet, now, shown, tick } from '../app/fleet.ts';
import { address } from '../app/navigation.ts';
import { hasMap } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { drawerStop } from '../app/sheet.ts';
import { dateTime } from '../i18n/format.ts';
import { alarmName, t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { SheetGrip } from '../parts/sheet_grip.tsx';
import { useSidePad } from '../parts/side_pad.ts';
import { StateIcon } from '../parts/state_icon.tsx';
import { alarmKinds } from '../store/columns.ts';
import { ALARM } from '../store/state.ts';
import { DrawerActions } from './drawer_actions.tsx';
import { DrawerAlarms } from './drawer_alarms.tsx';
import { DrawerCommands } from './drawer_commands.tsx';
import { DrawerDevice } from './drawer_device.tsx';
import { DrawerHead } from './drawer_head.tsx';
import { DrawerNow } from './drawer_now.tsx';
import { DrawerOutcome } from './drawer_outcome.tsx';
import { DrawerToday } from './drawer_today.tsx';

const TABS = ['now', 'today', 'alarms', 'commands', 'device'] as const;
type Tab = (typeof TABS)[number];

/** Who may give no command sees none. */
function tabsShown(): readonly Tab[] {
  return mayCommand.value ? TABS : TABS.filter((tab) => tab !== 'commands');
}

function Tabs({ chosen }: { chosen: Tab }) {
  return (
    <div class="tabs" role="tablist">
      {tabsShown().map((tab) => (
        <button
          type="button"
          role="tab"
          key={tab}
          id={`tab-${tab}`}
          aria-selected={tab === chosen}
          aria-controls="drawer-panel"
          onClick={() => showTab(tab === 'now' ? '' : tab)}
        >
          {t(`drawer.${tab}`)}
        </button>
      ))}
    </div>
  );
}

/** When an alarm began: of today the time, else the day, too. */
function began(id: string, kind: number): string {
  const time = beganAt(id, kind);
  const isToday = time.startsWith(dateTime(now.value).slice(0, 10));
  return isToday ? time.slice(11) : time.slice(0, 16);
}

function Alarmed({ slot }: { slot: number }) {
  const kinds = alarmKinds(fleet.alarms[slot] as number);
  if (kinds.length === 0) return null;
  const id = fleet.texts.id[slot] ?? '';
  return (
    <ul class="alarm-strip">
      {kinds.map((kind) => (
        <li key={kind}>
          <StateIcon state={ALARM} />
          {[alarmName(kind), began(id, kind)].filter(Boolean).join(' · ')}
        </li>
      ))}
    </ul>
  );
}

function Panel({ slot, tab }: { slot: number; tab: Tab }) {
  if (tab === 'today') return <DrawerToday />;
  if (tab === 'commands') return <DrawerCommands slot={slot} />;
  if (tab === 'alarms') return <DrawerAlarms />;
  if (tab === 'device') return <DrawerDevice slot={slot} />;
  return <DrawerNow slot={slot} />;
}

export function Drawer() {
  const host = useRef<HTMLElement>(null);
  const slot = selectedSlot.value;
  tick.value;
  now.value;
  const tab = tabsShown().find((each) => each === address.value.tab) ?? 'now';
  const isSheet = isPhone.value && hasMap.value;
  const look = isSheet ? `drawer ${drawerStop.value}` : 'drawer';
  useEffect(() => host.current?.scrollTo(0, 0), [slot]);
  useSidePad(host, slot >= 0 || shown.value === 'fleet');
  if (slot < 0) {
    if (shown.value !== 'fleet') return null;
    return (
      <aside class="drawer" ref={host} aria-label={address.value.sel}>
        <div class="drawer-head">
          <div class="drawer-title">
            <h2>{address.value.sel}</h2>
            <IconButton label={t('drawer.close')} onClick={unselect}>
              <Icon name="close" />
            </IconButton>
          </div>
        </div>
        <p class="quiet">{t('drawer.gone')}</p>
      </aside>
    );
  }
  return (
    <aside class={look} ref={host} aria-label={fleet.texts.plate[slot] ?? ''}>
      {isSheet && <SheetGrip stop={drawerStop} />}
      <DrawerHead slot={slot} />
      <Tabs chosen={tab} />
      <div
        class="drawer-body"
        id="drawer-panel"
        role="tabpanel"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be reached by keys
        tabIndex={0}
        aria-labelledby={`tab-${tab}`}
      >
        <DrawerOutcome slot={slot} />
        {tab === 'now' && <Alarmed slot={slot} />}
        <Panel slot={slot} tab={tab} />
      </div>
      <DrawerActions slot={slot} />
    </aside>
  );
}

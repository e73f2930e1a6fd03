/** The bar at the top: search, counters, whether it is live, alarms, and who looks. */
import { bellIsOpen, openAlarms, unseen } from '../app/alarms.ts';
import { isEmpty } from '../app/fleet.ts';
import { pageShown } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { me } from '../app/session.ts';
import { count, t } from '../i18n/text.ts';
import { AccountMenu } from './account_menu.tsx';
import { Counters } from './counters.tsx';
import { EnterpriseMenu } from './enterprise_menu.tsx';
import { Icon } from './icon.tsx';
import { LiveState } from './live_state.tsx';
import { LookButtons } from './look_buttons.tsx';
import { Search } from './search.tsx';

function Bell() {
  const n = unseen(openAlarms.value);
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`${t('top.alarms')}: ${count(n)}`}
      title={t('top.alarms')}
      aria-expanded={bellIsOpen.value}
      onClick={() => {
        bellIsOpen.value = !bellIsOpen.value;
      }}
    >
      <Icon name="bell" />
      {n > 0 && <b class="badge">{n > 99 ? '99+' : n}</b>}
    </button>
  );
}

/** What there is to do with a fleet, where there is one. */
function OfFleet() {
  if (!me.value?.HoldID || isEmpty.value || pageShown.value === 'settings') return null;
  return (
    <>
      <Search />
      <Counters />
    </>
  );
}

export function TopBar() {
  if (isPhone.value) {
    return (
      <header class="top">
        <OfFleet />
      </header>
    );
  }
  return (
    <header class="top">
      <EnterpriseMenu />
      <OfFleet />
      <span class="space" />
      {me.value?.HoldID && <LiveState />}
      {me.value?.HoldID && <Bell />}
      <LookButtons />
      <AccountMenu />
    </header>
  );
}

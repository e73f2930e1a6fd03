/** The rail at the left, on phones the bar at the bottom: the pages that there are. */

import type { PageName } from '../app/address.ts';
import { bellIsOpen, openAlarms, unseen } from '../app/alarms.ts';
import { openHistory } from '../app/history.ts';
import { keysAreShown } from '../app/keyboard.ts';
import { address, go } from '../app/navigation.ts';
import { pageShown, pagesShown } from '../app/page.ts';
import { count, type TextKey, t } from '../i18n/text.ts';
import { AccountMenu } from './account_menu.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Mark } from './mark.tsx';

const ICONS: Partial<Record<PageName, IconName>> = {
  online: 'online',
  map: 'map',
  history: 'history',
  settings: 'gear',
  reports: 'reports',
};

function PageButton({ page }: { page: PageName }) {
  const name = t(`page.${page}` as TextKey);
  return (
    <button
      type="button"
      class="rail-button"
      aria-current={page === pageShown.value ? 'page' : undefined}
      title={name}
      aria-label={name}
      onClick={() => go({ page })}
    >
      <Icon name={ICONS[page] ?? 'online'} />
    </button>
  );
}

export function Rail() {
  return (
    <nav class="rail" aria-label={t('app.name')}>
      <Mark />
      {pagesShown.value
        .filter((page) => page !== 'settings')
        .map((page) => (
          <PageButton key={page} page={page} />
        ))}
      <span class="space" />
      {pagesShown.value.includes('settings') && <PageButton page="settings" />}
      <button
        type="button"
        class="rail-button"
        title={`${t('keys.title')} (?)`}
        aria-label={t('keys.title')}
        onClick={() => {
          keysAreShown.value = true;
        }}
      >
        <Icon name="keyboard" />
      </button>
    </nav>
  );
}

function BellTab() {
  const alarms = unseen(openAlarms.value);
  return (
    <button
      type="button"
      class="rail-button"
      aria-current={bellIsOpen.value ? 'page' : undefined}
      onClick={() => {
        bellIsOpen.value = true;
      }}
    >
      <Icon name="bell" />
      {alarms > 0 && <b class="badge">{count(alarms)}</b>}
      <span>{t('top.alarms')}</span>
    </button>
  );
}

/** The bottom bar of a phone. */
export function Tabs() {
  const isAt = (page: PageName) => pageShown.value === page && !bellIsOpen.value;
  const show = (page: PageName) => {
    bellIsOpen.value = false;
    go({ page, sel: '' });
  };
  /** Of the vehicle that was looked at; from the history itself, of another one. */
  const showHistory = () => {
    const isThere = isAt('history');
    bellIsOpen.value = false;
    if (isThere) go({ sel: '', also: '', from: '', to: '', t: '' });
    else openHistory(address.value.sel);
  };
  return (
    <nav class="tabs-bar" aria-label={t('app.name')}>
      <button
        type="button"
        class="rail-button"
        aria-current={isAt('online') ? 'page' : undefined}
        onClick={() => show('online')}
      >
        <Icon name="online" />
        <span>{t('map.list')}</span>
      </button>
      <button
        type="button"
        class="rail-button"
        aria-current={isAt('map') ? 'page' : undefined}
        onClick={() => show('map')}
      >
        <Icon name="map" />
        <span>{t('map.label')}</span>
      </button>
      {pagesShown.value.includes('history') && (
        <button
          type="button"
          class="rail-button"
          aria-current={isAt('history') ? 'page' : undefined}
          onClick={showHistory}
        >
          <Icon name="history" />
          <span>{t('page.history')}</span>
        </button>
      )}
      {pagesShown.value.includes('reports') && (
        <button
          type="button"
          class="rail-button"
          aria-current={isAt('reports') ? 'page' : undefined}
          onClick={() => show('reports')}
        >
          <Icon name="reports" />
          <span>{t('page.reports')}</span>
        </button>
      )}
      <BellTab />
      <AccountMenu label={t('top.account')} />
    </nav>
  );
}

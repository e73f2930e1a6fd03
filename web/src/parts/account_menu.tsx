/** Who is logged in, in which enterprise, and what they chose for this browser. */

import { mayChooseEnterprise } from '../app/enterprises.ts';
import { keysAreShown } from '../app/keyboard.ts';
import { go } from '../app/navigation.ts';
import { isPhone } from '../app/screen.ts';
import { logOut, type Me, me } from '../app/session.ts';
import { mayShare, openSharing } from '../app/shares.ts';
import { zone } from '../i18n/choice.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { Choices } from './account_choices.tsx';
import { EnterpriseList } from './enterprise_list.tsx';
import { Icon } from './icon.tsx';
import { MenuLinks } from './menu_links.tsx';
import { Popover } from './popover.tsx';

/** On a phone, whose bar has no room for it. */
function EnterpriseChoice({ onChosen }: { onChosen: () => void }) {
  if (!isPhone.value || !mayChooseEnterprise.value) return null;
  return (
    <div class="setting">
      <span class="setting-label">{t('menu.enterprise')}</span>
      <EnterpriseList onChosen={onChosen} />
    </div>
  );
}

function WhoHead({ who }: { who: Me }) {
  return (
    <div class="menu-head">
      <b>{who.LoginName}</b>
      <span>{[t(`role.${who.Role}` as TextKey), who.HoldName].filter(Boolean).join(' · ')}</span>
    </div>
  );
}

/** The links of all vehicles. */
function Links({ close }: { close: () => void }) {
  if (!mayShare.value || !me.value?.HoldID) return null;
  return (
    <button
      type="button"
      class="menu-item"
      onClick={() => {
        close();
        openSharing([]);
      }}
    >
      <Icon name="share" /> {t('share.links')}
    </button>
  );
}

function SettingsLink({ close }: { close: () => void }) {
  return (
    <button
      type="button"
      class="menu-item"
      onClick={() => {
        close();
        go({ page: 'settings', set: '', item: '' });
      }}
    >
      <Icon name="gear" /> {t('page.settings')}
    </button>
  );
}

function Menu({ who, close }: { who: Me; close: () => void }) {
  return (
    <>
      <WhoHead who={who} />
      <EnterpriseChoice onChosen={close} />
      <Choices />
      <div class="menu-list">
        <SettingsLink close={close} />
        {!isPhone.value && (
          <button
            type="button"
            class="menu-item"
            onClick={() => {
              keysAreShown.value = true;
            }}
          >
            <Icon name="keyboard" /> {t('menu.keyList')}
          </button>
        )}
        <Links close={close} />
        <MenuLinks hasFleet={Boolean(who.HoldID)} />
        <button type="button" class="menu-item" onClick={() => void logOut()}>
          <Icon name="logout" /> {t('menu.logout')}
        </button>
      </div>
      <div class="menu-foot">
        {isPhone.value && <p>{who.Map['Attribution']}</p>}
        {t('menu.zone', { zone: zone.value })} · {t('menu.version', { version: who.Version })}
      </div>
    </>
  );
}

export function AccountMenu({ label }: { label?: string }) {
  const who = me.value;
  if (!who) return null;
  const button = (
    <>
      <Icon name="user" />
      {label && <span>{label}</span>}
    </>
  );
  return (
    <Popover
      label={t('top.account')}
      button={button}
      class={label ? 'rail-button' : 'icon-button'}
      side="right"
    >
      {(close) => <Menu who={who} close={close} />}
    </Popover>
  );
}

/** Who is logged in, in which enterprise, and what they chose for this browser. */

import { mayChooseEnterprise } from '../app/enterprises.ts';
import { keysAreShown } from '../app/keyboard.ts';
import { isPhone } from '../app/screen.ts';
import { logOut, type Me, me } from '../app/session.ts';
import * as settings from '../app/settings.ts';
import { language, units, zone } from '../i18n/choice.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { EnterpriseList } from './enterprise_list.tsx';
import { Icon } from './icon.tsx';
import { MenuLinks } from './menu_links.tsx';
import { Popover } from './popover.tsx';
import { Segments } from './segments.tsx';

function Choices() {
  return (
    <>
      <Segments
        label={t('menu.theme')}
        value={settings.theme.value}
        choices={[
          ['system', t('menu.theme.system')],
          ['light', t('menu.theme.light')],
          ['dark', t('menu.theme.dark')],
        ]}
        onChoose={(chosen) => {
          settings.theme.value = chosen;
        }}
      />
      <Segments
        label={t('menu.language')}
        value={language.value}
        choices={[
          ['en', 'English'],
          ['zh', '中文'],
        ]}
        onChoose={settings.chooseLanguage}
      />
      <Segments
        label={t('menu.units')}
        value={units.value}
        choices={[
          ['km', t('menu.units.km')],
          ['mi', t('menu.units.mi')],
        ]}
        onChoose={(chosen) => {
          settings.unitsChosen.value = chosen;
        }}
      />
      {!isPhone.value && <DeskChoices />}
    </>
  );
}

function DeskChoices() {
  return (
    <>
      <Segments
        label={t('menu.rows')}
        value={settings.isDense.value ? 'dense' : 'normal'}
        choices={[
          ['normal', t('menu.rows.normal')],
          ['dense', t('menu.rows.dense')],
        ]}
        onChoose={(chosen) => {
          settings.isDense.value = chosen === 'dense';
        }}
      />
      <Segments
        label={t('menu.keys')}
        value={settings.hasKeys.value ? 'on' : 'off'}
        choices={[
          ['on', t('menu.keys.on')],
          ['off', t('menu.keys.off')],
        ]}
        onChoose={(chosen) => {
          settings.hasKeys.value = chosen === 'on';
        }}
      />
    </>
  );
}

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

function Menu({ who, close }: { who: Me; close: () => void }) {
  return (
    <>
      <div class="menu-head">
        <b>{who.LoginName}</b>
        <span>{[t(`role.${who.Role}` as TextKey), who.HoldName].filter(Boolean).join(' · ')}</span>
      </div>
      <EnterpriseChoice onChosen={close} />
      <Choices />
      <div class="menu-list">
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

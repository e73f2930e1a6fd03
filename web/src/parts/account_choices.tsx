/** What who is logged in chose of how the pages look. */
import { isPhone } from '../app/screen.ts';
import * as settings from '../app/settings.ts';
import { language, units } from '../i18n/choice.ts';
import { t } from '../i18n/text.ts';
import { Segments } from './segments.tsx';

export function Choices() {
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

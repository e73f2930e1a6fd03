/** The other language, the other theme: for whoever looks, with an account or without. */
import { chooseLanguage, isDarkNow, toggleTheme } from '../app/settings.ts';
import { language } from '../i18n/choice.ts';
import { t } from '../i18n/text.ts';
import { Icon } from './icon.tsx';

export function LookButtons() {
  const other = language.value === 'en' ? 'zh' : 'en';
  return (
    <>
      <button
        type="button"
        class="icon-button text"
        lang={other === 'zh' ? 'zh-CN' : 'en'}
        title={t('top.languageLabel')}
        onClick={() => chooseLanguage(other)}
      >
        {other === 'zh' ? '中' : 'EN'}
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={t('top.theme')}
        title={t('top.theme')}
        onClick={toggleTheme}
      >
        <Icon name={isDarkNow() ? 'sun' : 'moon'} />
      </button>
    </>
  );
}

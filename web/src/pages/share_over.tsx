/** In place of what a link showed: that it has ended, or is none. */
import { shareFault, startSession } from '../app/session.ts';
import { chooseLanguage } from '../app/settings.ts';
import { language } from '../i18n/choice.ts';
import { t } from '../i18n/text.ts';
import { Mark } from '../parts/mark.tsx';

export function ShareOver() {
  const fault = shareFault.value || 'over';
  const other = language.value === 'en' ? 'zh' : 'en';
  return (
    <main class="blank share-over">
      <Mark />
      <h1>{t(`shared.${fault}`)}</h1>
      <p role="alert">{t(`shared.text.${fault}`)}</p>
      {fault === 'busy' && (
        <button type="button" class="button" onClick={() => void startSession()}>
          {t('start.retry')}
        </button>
      )}
      <button
        type="button"
        class="bare language"
        lang={other === 'zh' ? 'zh-CN' : 'en'}
        title={t('top.languageLabel')}
        onClick={() => chooseLanguage(other)}
      >
        {t('top.language')}
      </button>
    </main>
  );
}

/** The frame of both pages: which of them, the way to the fleet, language and theme. */
import { useEffect } from 'preact/hooks';
import { notice } from '../app/notice.ts';
import { chooseLanguage, isDarkNow, toggleTheme } from '../app/settings.ts';
import { language } from '../i18n/choice.ts';
import { d } from '../i18n/docs_text.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { Mark } from '../parts/mark.tsx';
import { ApiPage } from './api_page.tsx';
import { DevicesPage } from './devices_page.tsx';

const PAGES = [
  ['/docs', 'docs.api'],
  ['/docs/devices', 'docs.devices'],
] as const;

function isAt(path: string): boolean {
  return location.pathname.toLowerCase().replace(/\/$/, '') === path;
}

function Head() {
  return (
    <header class="docs-head">
      <a class="docs-home" href="/" title={d('docs.home')}>
        <Mark />
        <b>{t('app.name')}</b>
      </a>
      <nav aria-label={t('app.name')}>
        {PAGES.map(([path, text]) => (
          <a key={path} class="docs-tab" href={path} aria-current={isAt(path) ? 'page' : undefined}>
            {d(text)}
          </a>
        ))}
      </nav>
      <span class="space" />
      <button
        type="button"
        class="button quiet-button"
        lang={language.value === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => chooseLanguage(language.value === 'zh' ? 'en' : 'zh')}
      >
        {d('docs.language')}
      </button>
      <IconButton label={d('docs.theme')} onClick={toggleTheme}>
        <Icon name={isDarkNow() ? 'sun' : 'moon'} />
      </IconButton>
    </header>
  );
}

export function DocsPage() {
  const isDevices = isAt('/docs/devices');
  const title = d(isDevices ? 'docs.devices' : 'docs.api');
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title]);
  return (
    <div class="docs">
      <Head />
      {isDevices ? <DevicesPage /> : <ApiPage />}
      <div class="notice" role="status">
        {notice.value && <span>{notice.value}</span>}
      </div>
    </div>
  );
}

/** Where else the account menu leads: the wall, the documents. */
import { go } from '../app/navigation.ts';
import { isPhone } from '../app/screen.ts';
import { t } from '../i18n/text.ts';
import { Icon } from './icon.tsx';

export function MenuLinks({ hasFleet }: { hasFleet: boolean }) {
  return (
    <>
      {!isPhone.value && hasFleet && (
        <button type="button" class="menu-item" onClick={() => go({ kiosk: '1' })}>
          <Icon name="wall" /> {t('menu.wall')}
        </button>
      )}
      <a class="menu-item" href="/docs" target="_blank" rel="noopener">
        <Icon name="book" /> {t('menu.docs')}
      </a>
    </>
  );
}

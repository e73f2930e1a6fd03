/** The one step that helps where nothing has reported; a stranger has no tracker to point here. */
import { isShared } from '../app/session.ts';
import { t } from '../i18n/text.ts';

export function DevicesLink() {
  if (isShared.value) return null;
  return (
    <a class="button" href="/docs/devices" target="_blank" rel="noopener">
      {t('empty.devices')}
    </a>
  );
}

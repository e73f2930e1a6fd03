/** The one step that helps where nothing has reported: how to point a tracker here. */
import { t } from '../i18n/text.ts';

export function DevicesLink() {
  return (
    <a class="button" href="/docs/devices" target="_blank" rel="noopener">
      {t('empty.devices')}
    </a>
  );
}

/** Said below the address of the server where no tracker on a mobile network gets to it. */
import { isOutOfReach } from '../app/reach.ts';
import { trackerHost } from '../app/site.ts';
import { t } from '../i18n/text.ts';

export function OutOfReach({ look = '' }: { look?: string }) {
  if (!isOutOfReach(trackerHost())) return null;
  return <div class={`hint ${look}`}>{t('empty.outOfReach')}</div>;
}

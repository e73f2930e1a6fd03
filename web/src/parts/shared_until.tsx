/** Whoever looks by a link sees until when it is good. */
import { sharedUntil } from '../app/shared.ts';
import { t } from '../i18n/text.ts';
import { Icon } from './icon.tsx';

export function SharedUntil() {
  return (
    <p class="shared-until">
      <Icon name="eye" size={16} />
      {t('shared.until', { time: sharedUntil.value })}
    </p>
  );
}

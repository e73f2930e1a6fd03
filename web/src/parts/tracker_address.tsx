/** What a tracker is to be given as its server, and whether one on a mobile network gets there. */
import { isOutOfReach } from '../app/reach.ts';
import { trackerAddress, trackerHost } from '../app/site.ts';
import { t } from '../i18n/text.ts';

/** `text` stands before the address. */
export function TrackerAddress({ text }: { text: string }) {
  return (
    <>
      {text} <code>{trackerAddress()}</code>
      {isOutOfReach(trackerHost()) && <span class="hint"> {t('empty.outOfReach')}</span>}
    </>
  );
}

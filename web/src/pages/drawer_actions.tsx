/** What is done most with a vehicle, at the bottom of the drawer, whatever tab is open. */
import { PAGES_BUILT } from '../app/address.ts';
import { ask, mayCommand } from '../app/commands.ts';
import { detailsOf } from '../app/device.ts';
import { fleet } from '../app/fleet.ts';
import { followed, hasPlace, toggleFollow } from '../app/follow.ts';
import { hasHistory, openHistory } from '../app/history.ts';
import { address, go } from '../app/navigation.ts';
import { lockOrders } from '../app/orders.ts';
import { mayShare, openSharing } from '../app/shares.ts';
import { t } from '../i18n/text.ts';

/** Following shows on the map: it is gone to from another page. */
function follow(id: string): void {
  toggleFollow(id);
  if (followed.value.has(id) && address.value.page !== 'map') go({ page: 'map' });
}

export function DrawerActions({ slot }: { slot: number }) {
  const id = fleet.texts.id[slot] ?? '';
  const offers = mayCommand.value ? lockOrders(detailsOf(id)) : [];
  const hasMap = PAGES_BUILT.includes('map') && hasPlace(slot);
  if (!hasMap && !hasHistory() && offers.length === 0) return null;
  const isFollowed = followed.value.has(id);
  return (
    <div class="drawer-actions">
      {hasMap && (
        <button
          type="button"
          class={isFollowed ? 'button' : 'button primary'}
          aria-pressed={isFollowed}
          onClick={() => follow(id)}
        >
          {t(isFollowed ? 'drawer.unfollow' : 'drawer.follow')}
        </button>
      )}
      {hasHistory() && (
        <button type="button" class="button" onClick={() => openHistory(id)}>
          {t('drawer.history')}
        </button>
      )}
      {mayShare.value && (
        <button type="button" class="button" onClick={() => openSharing([id])}>
          {t('share.share')}
        </button>
      )}
      {offers.length > 0 && (
        <button
          type="button"
          class="button danger"
          onClick={() => ask({ kind: 'lock', id, offers })}
        >
          {t('drawer.lock')}
        </button>
      )}
    </div>
  );
}

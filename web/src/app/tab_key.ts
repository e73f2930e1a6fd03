/** The token that a page keeps for its tab alone: it came with a key, or stands in a frame. */
import { takeKey } from './address.ts';
import { replaceQuery } from './navigation.ts';
import { keepForTab, keptForTab, standsAlone } from './tab_store.ts';

export { keepForTab, standsAlone };

/** The key that the page came with, or with which it came before; '': none. */
export function keyOfTab(): string {
  const { key, rest } = takeKey(location.search);
  if (key !== '') {
    replaceQuery(rest);
    keepForTab(key);
  }
  return key || keptForTab();
}

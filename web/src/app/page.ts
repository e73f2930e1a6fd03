/** Which page is shown. */
import { computed, signal } from '@preact/signals';
import type { PageName } from './address.ts';
import { PAGE_USUAL, PAGES_BUILT } from './address.ts';
import { address } from './navigation.ts';
import { isShared, phase } from './session.ts';
import { showsPast } from './shared.ts';

/** This browser cannot draw a map: its pages show the table instead. */
export const mapIsImpossible = signal(false);

const WITH_MAP: readonly PageName[] = ['map', 'history'];

/** Those that whoever looks may go to: of a share the map, and the history where that is shared. */
export const pagesShown = computed<readonly PageName[]>(() => {
  if (!isShared.value) return PAGES_BUILT;
  return showsPast.value ? WITH_MAP : [PAGE_USUAL];
});

export const pageShown = computed<PageName>(() => {
  if (phase.value !== 'in') return 'login';
  const asked = pagesShown.value.includes(address.value.page) ? address.value.page : PAGE_USUAL;
  return mapIsImpossible.value && WITH_MAP.includes(asked) ? 'online' : asked;
});

/** The page stands beside the map. */
export const hasMap = computed(() => WITH_MAP.includes(pageShown.value));

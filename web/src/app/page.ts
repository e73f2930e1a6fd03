/** Which page is shown. */
import { computed, signal } from '@preact/signals';
import type { PageName } from './address.ts';
import { PAGE_USUAL, PAGES_BUILT } from './address.ts';
import { address, go } from './navigation.ts';
import { phase } from './session.ts';

/** This browser cannot draw a map: its pages show the table instead. */
export const mapIsImpossible = signal(false);

const WITH_MAP: readonly PageName[] = ['map', 'history'];

/** The map fills a screen that nobody touches. */
export const isWall = computed(() => phase.value === 'in' && address.value.kiosk === '1');

export function leaveWall(): void {
  if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
  go({ kiosk: '', theme: '' });
}

export const pageShown = computed<PageName>(() => {
  if (phase.value !== 'in') return 'login';
  if (isWall.value) return mapIsImpossible.value ? 'online' : 'map';
  const asked = PAGES_BUILT.includes(address.value.page) ? address.value.page : PAGE_USUAL;
  return mapIsImpossible.value && WITH_MAP.includes(asked) ? 'online' : asked;
});

/** Of the reports: a row is shown on the map beside them. */
export const rowIsOnMap = signal(false);

/** The page stands beside the map. */
export const hasMap = computed(() => {
  const isBeside = pageShown.value === 'reports' && rowIsOnMap.value && !mapIsImpossible.value;
  return isBeside || WITH_MAP.includes(pageShown.value);
});

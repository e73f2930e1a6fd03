/** The address as a signal: pages read it, and change it here alone. */
import { signal } from '@preact/signals';
import type { Address } from './address.ts';
import { readAddress, writeAddress } from './address.ts';

const TYPING_MS = 300;

export const address = signal<Address>(readAddress(location.search));

/** Something else is shown than the address says yet. */
export const isUntold = signal(false);

let timer = 0;

function url(): string {
  return `${location.pathname}${writeAddress(address.value)}${location.hash}`;
}

/** A step that Back undoes: another page, another device. */
export function go(patch: Partial<Address>): void {
  flush();
  const left = patch.page ? { fence: '' } : {};
  address.value = { ...address.value, ...left, ...patch };
  history.pushState(null, '', url());
}

/** A change of what is shown; the address follows once it is still. */
export function adjust(patch: Partial<Address>): void {
  address.value = { ...address.value, ...patch };
  isUntold.value = true;
  clearTimeout(timer);
  timer = window.setTimeout(flush, TYPING_MS);
}

function flush(): void {
  clearTimeout(timer);
  history.replaceState(null, '', url());
  isUntold.value = false;
}

/** Another query in place of this one, as it stands. */
export function replaceQuery(query: string): void {
  history.replaceState(null, '', `${location.pathname}${query}`);
  address.value = readAddress(query);
}

addEventListener('popstate', () => {
  clearTimeout(timer);
  address.value = readAddress(location.search);
  isUntold.value = false;
});

/** Where the token is kept of a page that came with a key, or stands in a frame. */

const TAB_KEY = 'odograph.key';

/** At "/api" a page may stand in a frame, and belongs to its tab. */
export function standsAlone(): boolean {
  return /^\/(docs(\/devices)?\/?)?$/i.test(location.pathname);
}

/** Of this address, `/` or `/api`: each is a page of its own. */
function tabName(): string {
  return `${TAB_KEY} ${location.pathname}`;
}

export function keepForTab(key: string): void {
  try {
    if (key === '') sessionStorage.removeItem(tabName());
    else sessionStorage.setItem(tabName(), key);
  } catch {
    // a frame that may not keep anything logs in again after a reload
  }
}

/**
 * The key of before a reload. `/` that was opened anew, and not loaded again, is the browser's own
 * login: who came with a key before has left it.
 */
export function keptForTab(): string {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (standsAlone() && entry?.type === 'navigate') keepForTab('');
  try {
    return sessionStorage.getItem(tabName()) ?? '';
  } catch {
    return '';
  }
}

/**
 * Registers sw.js, which says that the server is away where a page is opened meanwhile. Browsers
 * have it on https and on localhost; a page in somebody else's frame leaves it alone.
 */
export function registerOffline(): void {
  if (!('serviceWorker' in navigator) || window.top !== window) return;
  addEventListener('load', () => {
    void navigator.serviceWorker.register('/sw.js').catch(() => undefined); // only a comfort
  });
}

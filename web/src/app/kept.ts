/** What is kept on this browser, where it may be. */

/** Before the names of all that is kept. */
export const PREFIX = 'odograph.';

/** Kept while the server does not know of a logout yet: no script can end the cookie. */
export const LEAVING = 'leaving';

export function kept(name: string): string {
  try {
    return localStorage.getItem(PREFIX + name) ?? '';
  } catch {
    return '';
  }
}

/**
 * The first script of a page, in a small file of its own: asks for who it is, for the fleet and for
 * the files of the map, while the code that shows them is still on its way.
 */
import { readAddress, takeKey } from './app/address.ts';
import { askAhead } from './app/ahead.ts';
import { kept, LEAVING } from './app/kept.ts';
import { linkToken } from './app/link.ts';
import { keptForTab, standsAlone } from './app/tab_store.ts';
import { COLUMNS_ASKED } from './store/columns.ts';

const { page } = document.body.dataset;

/** What the page asks for at first; of one that is narrowed, or elsewhere, it is another fleet. */
function askAs(token: string): void {
  const { ids, hold, below } = readAddress(location.search);
  askAhead('manage/GetMe', {}, token);
  if (ids + hold + below === '') askAhead('snapshot', { cols: COLUMNS_ASKED }, token);
}

async function askAsResumed(copy: Response): Promise<void> {
  const said = (await copy.json().catch(() => null)) as { Code?: number; Data?: unknown } | null;
  if (said?.Code === 200 && typeof said.Data === 'string') askAs(said.Data);
}

/** By the token that the page came with, or by the cookie. */
function askFirst(): void {
  const token = linkToken() ?? (takeKey(location.search).key || keptForTab());
  if (token !== '') askAs(token);
  else if (standsAlone() && kept(LEAVING) === '') askAhead('user/Resume', {}, '', askAsResumed);
}

/** How a file is loaded ahead: a worker's is compiled by the worker alone. */
function relOf(href: string): string {
  if (href.endsWith('.css')) return 'preload';
  return href.includes('worker') ? 'prefetch' : 'modulepreload';
}

/** The build says in the page which files these are. */
function loadMap(): void {
  const said = document.querySelector<HTMLMetaElement>('meta[name="map-files"]')?.content ?? '';
  for (const href of said.split(' ').filter(Boolean)) {
    const link = document.createElement('link');
    link.rel = relOf(href);
    if (link.rel === 'preload') link.as = 'style';
    if (link.rel !== 'prefetch') link.crossOrigin = '';
    link.href = href;
    document.head.append(link);
  }
}

// a key or a link that the server knows nothing of, and pages for everybody, begin with nothing
const isRefused = page === 'login' && !standsAlone() && keptForTab() === '';
if (page !== 'docs' && !isRefused) {
  askFirst();
  if (page === 'map' || page === 'history' || standsAlone()) loadMap();
}

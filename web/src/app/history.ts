/** The way to the history of a vehicle (fun=3). */
import { go } from './navigation.ts';
import { pagesShown } from './page.ts';

export function hasHistory(): boolean {
  return pagesShown.value.includes('history');
}

/** What the page shows by itself, of this vehicle alone. */
export function openHistory(sel: string): void {
  go({ page: 'history', sel, also: '', from: '', to: '', t: '' });
}

/** The days of a span, at its beginning; its times are those of the zone. */
export function openSpan(sel: string, start: string, end: string, startS: number): void {
  const [from, to] = [start.slice(0, 10), end.slice(0, 10)];
  go({ page: 'history', sel, also: '', from, to, t: String(startS) });
}

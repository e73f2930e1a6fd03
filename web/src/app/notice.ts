/** What became of one's own action, for some seconds at the bottom of the page. */
import { signal } from '@preact/signals';

const SHOWN_MS = 5000;

export const notice = signal('');
let timer = 0;

export function say(text: string): void {
  notice.value = text;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    notice.value = '';
  }, SHOWN_MS);
}

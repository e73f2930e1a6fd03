/** What became of one's own action, for some seconds at the bottom of the page. */
import { signal } from '@preact/signals';

const SHOWN_MS = 5000;
/** There is more to it than to read it. */
const UNDO_MS = 10_000;

export const notice = signal('');
/** Takes the action back; null: that does not go. */
export const undo = signal<(() => void) | null>(null);
let timer = 0;

export function say(text: string, takeBack: (() => void) | null = null): void {
  notice.value = text;
  undo.value = takeBack;
  clearTimeout(timer);
  timer = window.setTimeout(close, takeBack ? UNDO_MS : SHOWN_MS);
}

function close(): void {
  notice.value = '';
  undo.value = null;
}

export function undoIt(): void {
  const takeBack = undo.value;
  close();
  takeBack?.();
}

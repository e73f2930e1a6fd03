/** Keys of whoever draws. */
import { redoOne, undoOne } from './pen.ts';

/** Ctrl-Z and Ctrl-Y, unless a field has its own; Enter ends a line, and opens no vehicle. */
export function onKey(event: KeyboardEvent): void {
  const taken = 'input, textarea, select, button, summary, dialog';
  if ((event.target as Element).closest(taken) !== null && !event.ctrlKey) return;
  const isField = (event.target as Element).closest('input, textarea, select') !== null;
  if (event.key === 'Enter') event.preventDefault();
  if (isField || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key !== 'z' && key !== 'y') return;
  event.preventDefault();
  if (key === 'y' || event.shiftKey) redoOne();
  else undoOne();
}

/**
 * Whether the reader's hand is on the table: the pointer over it, or the focus in it. It stays a
 * moment longer, so that the way to the button that shows the new order does not show it.
 */
import { isHeld } from '../app/list.ts';

const LINGERS_MS = 1000;

let isOver = false;
let hasFocus = false;
let timer = 0;

function tell(): void {
  clearTimeout(timer);
  if (isOver || hasFocus) isHeld.value = true;
  else timer = window.setTimeout(letGo, LINGERS_MS);
}

function letGo(): void {
  isHeld.value = false;
}

/** A finger is over the table only as long as it is down. */
function moveOver(event: PointerEvent, is: boolean): void {
  if (event.pointerType !== 'mouse') return;
  isOver = is;
  tell();
}

function focusOn(is: boolean): void {
  hasFocus = is;
  tell();
}

export const hand = {
  enter: (event: PointerEvent) => moveOver(event, true),
  leave: (event: PointerEvent) => moveOver(event, false),
  focus: () => focusOn(true),
  blur: () => focusOn(false),
  /** The table is gone. */
  drop(): void {
    isOver = false;
    hasFocus = false;
    clearTimeout(timer);
    letGo();
  },
};

/**
 * The grip at the upper edge of a sheet. It is dragged between the stops, or pressed; the sheet is
 * the element that it stands in.
 */
import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { type Stop, stopAfter, stopAt, stopHeights } from '../app/sheet.ts';
import { t } from '../i18n/text.ts';

/** Less of a move is a press. */
const DRAG_PX = 6;

interface Drag {
  fromY: number;
  height: number;
  lastY: number;
  lastMs: number;
  speed: number;
  isMove: boolean;
}

export function SheetGrip({ stop }: { stop: Signal<Stop> }) {
  const drag = useRef<Drag | null>(null);
  const wasDragged = useRef(false);
  const sheetOf = (target: EventTarget | null) => (target as HTMLElement).parentElement;

  const begin = (event: PointerEvent) => {
    const sheet = sheetOf(event.currentTarget);
    if (!sheet) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const { clientY: y, timeStamp: ms } = event;
    const height = sheet.offsetHeight;
    drag.current = { fromY: y, height, lastY: y, lastMs: ms, speed: 0, isMove: false };
  };
  const move = (event: PointerEvent) => {
    const going = drag.current;
    const sheet = sheetOf(event.currentTarget);
    if (!going || !sheet) return;
    const { clientY: y, timeStamp: ms } = event;
    if (ms > going.lastMs) going.speed = (going.lastY - y) / (ms - going.lastMs);
    going.lastY = y;
    going.lastMs = ms;
    if (Math.abs(going.fromY - y) > DRAG_PX) going.isMove = true;
    if (going.isMove) sheet.style.height = `${Math.max(0, going.height + going.fromY - y)}px`;
  };
  const end = (event: PointerEvent) => {
    const going = drag.current;
    const sheet = sheetOf(event.currentTarget);
    drag.current = null;
    if (!going || !sheet) return;
    wasDragged.current = going.isMove;
    if (!going.isMove) return;
    const room = document.querySelector<HTMLElement>('.map-stage')?.clientHeight ?? innerHeight;
    const height = going.height + going.fromY - event.clientY;
    sheet.style.height = '';
    stop.value = stopAt(height, event.type === 'pointerup' ? going.speed : 0, stopHeights(room));
  };
  const press = () => {
    if (!wasDragged.current) stop.value = stopAfter(stop.value);
    wasDragged.current = false;
  };
  return (
    <button
      type="button"
      class="sheet-grip"
      aria-label={t(stop.value === 'full' ? 'map.sheetLess' : 'map.sheetMore')}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onClick={press}
    />
  );
}

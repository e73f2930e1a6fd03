/** A panel at the side lies over the map, which leaves room for it as long as it is there. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { hasMap } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { drawerStop } from '../app/sheet.ts';
import { pad } from '../map/camera.ts';

/** Of the panel itself: it may come later than the page, and `isThere` says that it did. */
export function useSidePad(host: RefObject<HTMLElement | null>, isThere = true): void {
  const isOver = hasMap.value && isThere;
  const phone = isPhone.value;
  const isFull = phone && drawerStop.value === 'full';
  useLayoutEffect(() => {
    const side = host.current;
    if (!side || !isOver || isFull) return undefined;
    let end = () => {};
    const measure = () => {
      end = pad('side', phone ? { bottom: side.offsetHeight } : { right: side.offsetWidth });
    };
    const watch = new ResizeObserver(measure);
    watch.observe(side);
    measure();
    return () => {
      watch.disconnect();
      end();
    };
  }, [isOver, phone, isFull]);
}

/**
 * Where the map stands in the shell. It is there from the first page with a map to the logout;
 * pages without one only hide it, so that it is at hand as it was.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { bellIsOpen } from '../app/alarms.ts';
import { drawerIsOpen } from '../app/device.ts';
import { hasMap } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { drawerStop } from '../app/sheet.ts';
import { pad } from '../map/camera.ts';
import { closeMap, showMap } from '../map/map.ts';
import { beginMonitor } from '../map/monitor.ts';

/** The panel at the side lies over the map, which leaves room for it. */
function useSidePad(): void {
  const isOpen = bellIsOpen.value || drawerIsOpen.value;
  const isOver = isOpen && hasMap.value;
  const phone = isPhone.value;
  useLayoutEffect(() => {
    const side = isOver ? document.querySelector<HTMLElement>('.shell > .drawer') : null;
    if (!side || (phone && drawerStop.value === 'full')) return undefined;
    return pad('side', phone ? { bottom: side.offsetHeight } : { right: side.offsetWidth });
  }, [isOver, phone, drawerStop.value]);
}

/** `children` stand on the map. */
export function MapStage({ children }: { children: ComponentChildren }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current) showMap(host.current);
    const end = beginMonitor();
    return () => {
      end();
      closeMap();
    };
  }, []);
  useSidePad();
  return (
    <div class={hasMap.value ? 'map-stage' : 'map-stage away'}>
      <div class="map-host" ref={host} />
      {children}
    </div>
  );
}

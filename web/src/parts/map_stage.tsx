/**
 * Where the map stands in the shell. It is there from the first page with a map to the logout;
 * pages without one only hide it, so that it is at hand as it was.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { hasMap } from '../app/page.ts';
import { closeMap, prepareMap, showMap } from '../map/map.ts';
import { beginMonitor } from '../map/monitor.ts';

/** `children` stand on the map. */
export function MapStage({ children }: { children: ComponentChildren }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(prepareMap, []);
  useEffect(() => {
    if (host.current) showMap(host.current);
    const end = beginMonitor();
    return () => {
      end();
      closeMap();
    };
  }, []);
  return (
    <div class={hasMap.value ? 'map-stage' : 'map-stage away'}>
      <div class="map-host" ref={host} />
      {children}
    </div>
  );
}

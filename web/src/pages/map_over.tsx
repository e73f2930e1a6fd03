/** What stands on the map; it keeps to what panels leave of it. Most of it is the monitor's. */
import { useEffect } from 'preact/hooks';
import { addKeys } from '../app/keyboard.ts';
import { pageShown } from '../app/page.ts';
import { isShared } from '../app/session.ts';
import { covered } from '../map/camera.ts';
import { isOldPicture } from '../map/fleet_view.ts';
import { monitorKeys } from '../map/keys.ts';
import { health } from '../parts/live_state.tsx';
import { MapChips } from './map_chips.tsx';
import { MapFoot } from './map_foot.tsx';
import { Nearest, Yard } from './map_lists.tsx';
import { MapMenu } from './map_menu.tsx';
import { MapTools } from './map_tools.tsx';

export function MapOver() {
  const isOld = health.value === 'old';
  const isMonitor = pageShown.value === 'map';
  useEffect(() => (isMonitor ? addKeys(monitorKeys) : undefined), [isMonitor]);
  useEffect(() => {
    isOldPicture.value = isOld;
  }, [isOld]);
  const { left, right, top, bottom } = covered.value;
  const inset = { inset: `${top}px ${right}px ${bottom}px ${left}px` };
  return (
    <>
      <div class="map-over" style={inset}>
        {isMonitor && <MapChips />}
        <MapFoot showsLegend={isMonitor && !isShared.value} />
        <MapTools isMonitor={isMonitor} />
      </div>
      <Yard />
      <Nearest />
      {!isShared.value && <MapMenu />}
    </>
  );
}

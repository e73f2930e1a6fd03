/** What stands on the map of the history alone: what its colours mean. */
import { Legend } from '../history/legend.tsx';
import { covered } from '../map/camera.ts';

export function HistoryOver() {
  const { left, right, top, bottom } = covered.value;
  return (
    <div class="map-over" style={{ inset: `${top}px ${right}px ${bottom}px ${left}px` }}>
      <Legend />
    </div>
  );
}

/** All that the map shows of vehicles, on any page: begun with the map, ended with it. */
import { showPlaces } from './arrival.ts';
import { followChoices } from './choice.ts';
import { showFences } from './fences.ts';
import { showFleet } from './fleet_view.ts';
import { keepFollowing } from './following.ts';
import { showLabels } from './label_layer.ts';
import { showMeasure } from './measure.ts';
import { pickVehicles } from './picking.ts';
import { followScale } from './scale.ts';
import { showTrail } from './trail.ts';

export function beginMonitor(): () => void {
  const ends = [
    showFences(),
    showTrail(),
    showFleet(),
    showLabels(),
    pickVehicles(),
    keepFollowing(),
    showMeasure(),
    showPlaces(),
    followScale(),
    followChoices(),
  ];
  return () => {
    for (const end of ends.reverse()) end();
  };
}

/** What single keys do on the map monitor; those of all pages stand in app/keyboard.ts. */
import { cursor, selectedSlot } from '../app/device.ts';
import { fleet } from '../app/fleet.ts';
import { toggleFollow } from '../app/follow.ts';
import { hasHistory, openHistory } from '../app/history.ts';
import { fitFleet } from './arrival.ts';
import { zoomBy } from './camera.ts';
import { hasClusters, hasLabels, hasTrail } from './choice.ts';

/** The vehicle that is selected, or that the keys of the list stand on. */
function idNow(): string {
  const slot = selectedSlot.peek() >= 0 ? selectedSlot.peek() : cursor.peek();
  return fleet.texts.id[slot] ?? '';
}

function ofVehicle(act: (id: string) => void): () => void {
  return () => {
    const id = idNow();
    if (id !== '') act(id);
  };
}

export const monitorKeys: Record<string, () => void> = {
  f: ofVehicle(toggleFollow),
  h: ofVehicle((id) => {
    if (hasHistory()) openHistory(id);
  }),
  t: () => {
    hasTrail.value = !hasTrail.value;
  },
  l: () => {
    hasLabels.value = !hasLabels.value;
  },
  c: () => {
    hasClusters.value = !hasClusters.value;
  },
  '+': () => zoomBy(1),
  '=': () => zoomBy(1),
  '-': () => zoomBy(-1),
  0: () => fitFleet(),
};

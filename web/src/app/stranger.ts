/** Who came by a link has nothing to choose: one vehicle is selected, and the map goes with it. */
import { computed, effect, untracked } from '@preact/signals';
import { selectedSlot } from './device.ts';
import { fleet, shown, tick } from './fleet.ts';
import { followed, hasPlace } from './follow.ts';
import { address, adjust } from './navigation.ts';
import { isShared } from './session.ts';

/** DeviceID of the only vehicle that the link shares; '': there are several, or none yet. */
const onlyId = computed(() => {
  tick.value;
  if (!isShared.value || shown.value !== 'fleet' || fleet.size !== 1) return '';
  return fleet.texts.id[fleet.alive.indexOf(1)] ?? '';
});

/** DeviceID of what the map goes with, once there is somewhere to look. */
const goneWith = computed(() => {
  const slot = selectedSlot.value;
  return isShared.value && slot >= 0 && hasPlace(slot) ? (fleet.texts.id[slot] ?? '') : '';
});

export function followStranger(): void {
  effect(() => {
    const id = onlyId.value;
    const isOther = id !== '' && address.value.sel !== id;
    if (isOther) untracked(() => adjust({ sel: id }));
  });
  effect(() => {
    const id = goneWith.value;
    if (isShared.value) followed.value = new Set(id === '' ? [] : [id]);
  });
}

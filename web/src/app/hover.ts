/** The vehicle under the pointer, in the list or on the map: both show it. */
import { signal } from '@preact/signals';

/** Slot; -1: none. */
export const hovered = signal(-1);

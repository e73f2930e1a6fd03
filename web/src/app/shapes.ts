/**
 * The shapes of the states, as paths in a square of 16: each state has its own, so that no colour
 * is needed to tell them apart. `cut` is cut out of the body.
 */
import { ALARM, IDLE, MOVING, OFFLINE, PARKED } from '../store/state.ts';

export interface Shape {
  body: string;
  cut?: string;
}

export const SHAPES: Record<number, Shape> = {
  [MOVING]: { body: 'M8 .5 14 15 8 11.5 2 15Z' },
  [IDLE]: {
    body: 'M8 1.5a6.5 6.5 0 1 0 .01 0Z',
    cut: 'M5.6 5.2h1.7v5.6H5.6zM8.8 5.2h1.7v5.6H8.8z',
  },
  [PARKED]: {
    body: 'M2.5 2h11v12h-11Z',
    cut: 'M5.8 11.5V4.5h2.7a2.2 2.2 0 0 1 0 4.4H7.4v2.6ZM7.4 6v1.5h.9a.75.750 0 0 0 0-1.5Z',
  },
  [OFFLINE]: { body: 'M8 1 15 8 8 15 1 8Z' },
  [ALARM]: { body: 'M8 1 15.4 14.5H.6Z', cut: 'M7.2 5.5h1.6v4.6H7.2zM7.2 11.3h1.6v1.6H7.2z' },
};

/** What the dialog of a command knows of its vehicle while it is open: it may begin to move. */
import { MOVING, motionOf } from '../store/state.ts';
import type { Question } from './commands.ts';
import { type Danger, dangerOf } from './danger.ts';
import { fleet, now } from './fleet.ts';

export function dangerAt(slot: number): Danger {
  const { s, v, t } = fleet.numbers;
  const speed = v[slot] as number;
  const isMoving = motionOf(s[slot] as number, speed) === MOVING;
  return dangerOf(isMoving, speed, now.value - (t[slot] as number));
}

/**
 * Whether the plate has to be typed. Texts may wait for a vehicle that is not heard, as most
 * are harmless; what one does that cuts or unlocks the server knows, and judges.
 */
export function wantsPlate(asked: Question, danger: Danger): boolean {
  return danger === 'moving' || (danger === 'unknown' && asked.kind !== 'text');
}

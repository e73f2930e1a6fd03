/** Whether it is dangerous to lock a vehicle, or to cut its engine, by what is known of it. */
import { folded } from '../store/words.ts';

/** A fix that is older says nothing of what the vehicle does now. */
const FIX_OLD_S = 120;
/** From this speed on it moves, whatever its state says; tenths of km/h. */
const MOVING_FROM = 50;

/** "moving": it moves; "unknown": nobody knows whether it does; "": it stands. */
export type Danger = '' | 'moving' | 'unknown';

/** `speed` in tenths of km/h and `fixAgeS` are NaN where they are not known. */
export function dangerOf(isMoving: boolean, speed: number, fixAgeS: number): Danger {
  if (isMoving || speed >= MOVING_FROM) return 'moving';
  return fixAgeS <= FIX_OLD_S ? '' : 'unknown';
}

/** Whether somebody typed a plate, blanks, case and width aside. */
export function isPlate(typed: string, plate: string): boolean {
  const plain = (text: string) => folded(text).replace(/\s/g, '');
  return plain(typed) !== '' && plain(typed) === plain(plate);
}

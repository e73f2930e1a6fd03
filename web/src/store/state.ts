/**
 * What a device counts as. Its state is one of five; an alarm stands beside it, and changes how it
 * is drawn, not what it is: a device that moves in alarm counts as moving and as in alarm.
 */
export const NEVER = 0;
export const PARKED = 1;
export const IDLE = 2;
export const MOVING = 3;
export const OFFLINE = 4;
export const ALARM = 5;

/** Their names: in the address, in style sheets, in texts. The place in the list is the number. */
export const STATE_NAMES = ['never', 'parked', 'idle', 'moving', 'offline', 'alarm'] as const;
export type StateName = (typeof STATE_NAMES)[number];
export const STATE_COUNT = STATE_NAMES.length;

/** The order in which they are offered. */
export const STATES_SHOWN = [MOVING, IDLE, PARKED, OFFLINE, ALARM, NEVER] as const;

/** A speed from which a device whose motion nobody knows counts as moving, tenths of km/h. */
const MOVING_FROM = 50;

/** The motion alone, whether it is online or not; NEVER: it has not reported. */
export function motionOf(s: number, speed: number): number {
  if (s === NEVER || s === PARKED || s === IDLE || s === MOVING) return s;
  return speed >= MOVING_FROM ? MOVING : PARKED;
}

/** `until` is the time to which it counts as online, `now` the server's; epoch seconds. */
export function stateOf(s: number, speed: number, until: number, now: number): number {
  const motion = motionOf(s, speed);
  if (motion === NEVER) return NEVER;
  return until >= now ? motion : OFFLINE;
}

/** A speed is one of now only while its device is online; NaN: it is not known. */
export function speedOf(state: number, speed: number): number {
  return state === OFFLINE || state === NEVER ? Number.NaN : speed;
}

/** Of several states as bits, as filters hold them. */
export function stateBit(state: number): number {
  return 1 << state;
}

export function stateBits(names: readonly string[]): number {
  let bits = 0;
  for (const name of names) {
    const state = (STATE_NAMES as readonly string[]).indexOf(name);
    if (state >= 0) bits |= stateBit(state);
  }
  return bits;
}

export function stateNames(bits: number): StateName[] {
  return STATE_NAMES.filter((_, state) => bits & stateBit(state));
}

/**
 * How well the page is told of the server. Silence of the server is not silence of a device: a
 * quiet fleet has a heartbeat, and is fine.
 */

/** live; catching up: a moment without; lost: said so; old: what is shown is grey. */
export type Health = 'starting' | 'live' | 'catching' | 'lost' | 'old';

export const LOST_AFTER_S = 6;
export const SILENT_AFTER_S = 25;
export const OLD_AFTER_S = 120;

/**
 * Both in seconds: `heardS` since anything came from the server, null where nothing came yet;
 * `brokenS` since the connection broke, null while there is one.
 */
export function healthOf(heardS: number | null, brokenS: number | null): Health {
  const isBroken = brokenS !== null && brokenS >= LOST_AFTER_S;
  if (heardS === null) return isBroken ? 'lost' : 'starting';
  if (heardS >= OLD_AFTER_S) return 'old';
  if (heardS >= SILENT_AFTER_S || isBroken) return 'lost';
  return brokenS === null ? 'live' : 'catching';
}

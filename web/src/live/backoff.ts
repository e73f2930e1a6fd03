/**
 * How long to wait before the stream is asked for again: a moment, 1, 2, then 4 seconds, so that a
 * server that is back is seen within five; after some minutes 15. Up to a quarter is taken off by
 * chance, so that a thousand pages do not come in the same moment.
 */
const QUICK_MS = [300, 1000, 2000];
const STEADY_MS = 4000;
const SLOW_MS = 15_000;
const SLOW_FROM = 60;
const SPREAD = 0.25;

export function waitMs(tries: number, chance: number): number {
  const whole = tries >= SLOW_FROM ? SLOW_MS : (QUICK_MS[tries] ?? STEADY_MS);
  return Math.round(whole * (1 - SPREAD * chance));
}

/** The clock of the player: how far a moment of the screen takes it, over what it skips. */
import type { Stretch } from '../i18n/day.ts';

export const RATES = [1, 5, 20, 60, 300] as const;
export type Rate = (typeof RATES)[number];

export interface Moment {
  atS: number;
  /** It came to the end. */
  isOver: boolean;
}

/**
 * Where the clock is `elapsedMs` later. No second is dropped, however late a frame is: what passed
 * counts in full. Within a stretch of `skips` (by time, apart from one another) it takes no time.
 */
export function advance(
  fromS: number,
  elapsedMs: number,
  rate: number,
  skips: readonly Stretch[],
  endS: number,
): Moment {
  let atS = fromS;
  let leftS = (elapsedMs / 1000) * rate;
  for (const skip of skips) {
    if (skip.toS <= atS) continue;
    const untilS = Math.max(0, skip.fromS - atS);
    if (leftS < untilS) break;
    leftS -= untilS;
    atS = skip.toS;
  }
  atS += leftS;
  return atS >= endS ? { atS: endS, isOver: true } : { atS, isOver: false };
}

/** The rate `steps` faster. */
export function rateBeside(rate: Rate, steps: number): Rate {
  const at = RATES.indexOf(rate) + steps;
  return RATES[Math.min(RATES.length - 1, Math.max(0, at))] as Rate;
}

/** The first of some rising times after `atS`, the last one before it; else `atS` itself. */
export function timeAfter(times: ArrayLike<number>, atS: number): number {
  for (let i = 0; i < times.length; i++) if ((times[i] as number) > atS) return times[i] as number;
  return atS;
}

export function timeBefore(times: ArrayLike<number>, atS: number): number {
  for (let i = times.length - 1; i >= 0; i--) {
    if ((times[i] as number) < atS) return times[i] as number;
  }
  return atS;
}

/** What all of some lists of stretches have in common; each is by time. */
export function inAll(lists: readonly (readonly Stretch[])[]): Stretch[] {
  const [first = [], ...rest] = lists;
  return rest.reduce<Stretch[]>(
    (common, list) => {
      return common.flatMap((a) =>
        list
          .map((b) => ({ fromS: Math.max(a.fromS, b.fromS), toS: Math.min(a.toS, b.toS) }))
          .filter(({ fromS, toS }) => fromS < toS),
      );
    },
    [...first],
  );
}

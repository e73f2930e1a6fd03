/** How much of a phone's screen a sheet over the map takes: three stops, by a drag or a click. */
import { signal } from '@preact/signals';

export const STOPS = ['peek', 'half', 'full'] as const;
export type Stop = (typeof STOPS)[number];

export const listStop = signal<Stop>('half');
export const historyStop = signal<Stop>('half');
export const drawerStop = signal<Stop>('half');

/** What a click leads to: one more, and from the last back to the first. */
export function stopAfter(stop: Stop): Stop {
  return STOPS[(STOPS.indexOf(stop) + 1) % STOPS.length] ?? stop;
}

/**
 * Where a drag ends. A flick goes on the way that it went; `speed` is in pixels a millisecond,
 * above zero where the sheet grows. `heights` are those of the stops, in their order.
 */
export function stopAt(height: number, speed: number, heights: readonly number[]): Stop {
  const FLICK = 0.5;
  const reach = height + (Math.abs(speed) > FLICK ? Math.sign(speed) * 160 : 0);
  let best = 0;
  for (let at = 1; at < heights.length; at++) {
    const isNearer =
      Math.abs((heights[at] as number) - reach) < Math.abs((heights[best] as number) - reach);
    if (isNearer) best = at;
  }
  return STOPS[best] ?? 'half';
}

export const PEEK_PX = 96;
const HALF_PX = 310;
const HALF_SHARE = 0.58;

/** Heights of the stops of a sheet over so many pixels; the style sheet has the same. */
export function stopHeights(room: number): [number, number, number] {
  return [PEEK_PX, Math.min(HALF_PX, room * HALF_SHARE), room];
}

/**
 * What a wall looks at, by turns: the whole fleet for 20 s at least, then each alarm that began
 * meanwhile for 10 s, the oldest first. An alarm that ended is passed over.
 */
export interface Tour {
  /** AlarmID; 0: the whole fleet. */
  at: number;
  sinceMs: number;
  /** AlarmIDs that are open and were looked at, or wait. */
  known: ReadonlySet<number>;
  waiting: readonly number[];
}

export const ALL_MS = 20_000;
export const ALARM_MS = 10_000;

/** What is open when the wall begins is no news, but for what is `fresh`. */
export function beginTour(open: readonly number[], fresh: ReadonlySet<number>, atMs: number): Tour {
  const old = open.filter((id) => !fresh.has(id));
  return { at: 0, sinceMs: atMs, known: new Set(old), waiting: [] };
}

/** `open` are the AlarmIDs of those that are active, the newest first. */
export function nextStop(tour: Tour, open: readonly number[], atMs: number): Tour {
  const isOpen = new Set(open);
  const began = open.filter((id) => !tour.known.has(id)).reverse();
  const waiting = [...tour.waiting.filter((id) => isOpen.has(id)), ...began];
  const now = { ...tour, known: isOpen, waiting };
  const restMs = tour.at === 0 ? ALL_MS : ALARM_MS;
  const isThere = tour.at === 0 || isOpen.has(tour.at);
  if (isThere && atMs - tour.sinceMs < restMs) return now;
  const [next = 0, ...later] = waiting;
  return { ...now, at: next, sinceMs: atMs, waiting: later };
}

/** Pixels by which all is moved, so that nothing burns in: another corner each ten minutes. */
export function driftAt(epochS: number): [x: number, y: number] {
  const corners = [
    [0, 0],
    [2, 0],
    [2, 2],
    [0, 2],
  ] as const;
  const [x, y] = corners[Math.floor(epochS / 600) % corners.length] ?? [0, 0];
  return [x, y];
}

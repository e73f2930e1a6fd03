/** Undo and redo: what something was, and what it was made again. */
const STEPS_MAX = 200;

export interface Steps<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
}

export function firstStep<T>(now: T): Steps<T> {
  return { past: [], now, future: [] };
}

/** Another state; what was undone before is gone. */
export function stepTo<T>({ past, now }: Steps<T>, next: T): Steps<T> {
  return { past: [...past, now].slice(-STEPS_MAX), now: next, future: [] };
}

export function undone<T>(steps: Steps<T>): Steps<T> {
  const before = steps.past.at(-1);
  if (before === undefined) return steps;
  return { past: steps.past.slice(0, -1), now: before, future: [steps.now, ...steps.future] };
}

export function redone<T>(steps: Steps<T>): Steps<T> {
  const [next, ...future] = steps.future;
  if (next === undefined) return steps;
  return { past: [...steps.past, steps.now], now: next, future };
}

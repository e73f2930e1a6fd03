/** Lengths of time as people read them: 14 s, 3 min, 5 h 20, 2 d. */
export type Age =
  | { unit: 's'; n: number }
  | { unit: 'min'; n: number }
  | { unit: 'h'; h: number; m: string }
  | { unit: 'd'; n: number };

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Below zero (a clock that runs ahead) is no time at all. From two days on days alone. */
export function ageOf(seconds: number): Age {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE) return { unit: 's', n: s };
  if (s < HOUR) return { unit: 'min', n: Math.floor(s / MINUTE) };
  if (s < 2 * DAY) {
    const minutes = Math.floor((s % HOUR) / MINUTE);
    return { unit: 'h', h: Math.floor(s / HOUR), m: String(minutes).padStart(2, '0') };
  }
  return { unit: 'd', n: Math.floor(s / DAY) };
}

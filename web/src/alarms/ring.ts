/** Which news are worth a sound: an alarm that began since the last look, and not too often. */
export const REST_MS = 5000;

export interface Heard {
  /** The greatest AlarmID that was there; null: nothing was yet. */
  last: number | null;
  /** When it rang, milliseconds; -Infinity: never. */
  rangMs: number;
}

export const NOTHING_HEARD: Heard = { last: null, rangMs: Number.NEGATIVE_INFINITY };

/**
 * `ids`: the alarms that are active and that nobody has acknowledged. Where nothing may ring, and
 * `isOn` is false, news are heard all the same, and need no rest behind them.
 */
export function listen(heard: Heard, ids: readonly number[], nowMs: number, isOn = true) {
  const newest = ids.reduce((most, id) => Math.max(most, id), heard.last ?? 0);
  const isNew = heard.last !== null && newest > heard.last;
  const rings = isOn && isNew && nowMs - heard.rangMs >= REST_MS;
  return { rings, heard: { last: newest, rangMs: rings ? nowMs : heard.rangMs } };
}

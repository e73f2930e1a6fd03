/** Above which speed the vehicle is too fast, by its alarm rules. */
import { effect, signal, untracked } from '@preact/signals';
import { call, inHoldOf } from '../app/session.ts';
import { chosenIds } from './chosen.ts';

/** km/h; NaN: there is no limit, or there are several vehicles. */
export const limitKmh = signal(Number.NaN);

async function read(id: string): Promise<void> {
  const fields = { Scope: 'device', ID: id, Effective: true, ...inHoldOf(id) };
  const rules = await call('manage/GetAlarmRules', fields).catch(() => null);
  const isStill = chosenIds.peek().length === 1 && chosenIds.peek()[0] === id;
  if (isStill) limitKmh.value = rules?.OverspeedKmh ?? Number.NaN;
}

/** Follows the vehicle that is chosen; the answer ends it. */
export function followLimit(): () => void {
  return effect(() => {
    const [id, ...others] = chosenIds.value;
    untracked(() => {
      limitKmh.value = Number.NaN;
      if (id !== undefined && others.length === 0) void read(id);
    });
  });
}

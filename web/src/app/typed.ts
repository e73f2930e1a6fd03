/**
 * How long what somebody typed is kept: a login that ends by itself loses nothing for the same
 * account, which logs in again; a logout, or the login of another one, drops it.
 */
import { effect, untracked } from '@preact/signals';
import { me, phase, typist } from './session.ts';

function onOther(name: () => string, drop: () => void): () => void {
  let was: string | null = null;
  return effect(() => {
    const mayComeBack = phase.value !== 'in' && typist.value !== '';
    if (mayComeBack) return;
    const is = name();
    if (is === was) return;
    was = is;
    untracked(drop);
  });
}

/** Calls `drop` now, and for each account but the one before; until the answer is called. */
export function onOtherAccount(drop: () => void): () => void {
  return onOther(() => typist.value, drop);
}

/** The same, also for each enterprise that is acted in but the one before. */
export function onOtherEnterprise(drop: () => void): () => void {
  return onOther(() => `${typist.value} ${me.value?.HoldID ?? ''}`, drop);
}

/**
 * By which token calls are tried: by one that was entered, or that a login which was tried here
 * answered; else as who is logged in on this browser.
 */
import { signal } from '@preact/signals';
import { denySession, phase, startSession, tokenNow } from '../app/session.ts';

export const LOGIN = '/api/user/GetLoginToken';
const LOGOUT = '/api/user/LogOut';
/** 4000: the service ends soon, the login works. */
const IN = [200, 4000];
const DENIED = 401;

/** Kept nowhere, and the same for all methods. */
export const tokenTyped = signal('');
/** It is that of the login that was tried last. */
export const isOfLogin = signal(false);

export function tokenOfCalls(): string {
  return tokenTyped.value.trim() || tokenNow();
}

export function typeToken(text: string): void {
  tokenTyped.value = text;
  isOfLogin.value = false;
}

/** What an answer means for the calls that follow. */
export function heedAnswer(path: string, token: string, answer: unknown): void {
  const { Code, Data } = answer as { Code?: unknown; Data?: unknown };
  if (path === LOGIN && IN.includes(Number(Code)) && typeof Data === 'string') {
    tokenTyped.value = Data;
    isOfLogin.value = true;
  }
  if (path === LOGOUT && Code === 200 && token === tokenTyped.value.trim()) typeToken('');
  if (Code === DENIED && token !== '' && token === tokenNow()) denySession();
}

/** Who has logged in meanwhile, in another tab or before coming back, is logged in here, too. */
export function followLogin(): void {
  const look = () => {
    if (document.visibilityState === 'visible' && phase.peek() === 'login') void startSession();
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('pageshow', look); // back from the browser's history
}

/** What is wrong with a login, and beside which field it is said. */
import { ApiError } from '../app/api.ts';
import { t } from '../i18n/text.ts';

export interface Fault {
  field: 'name' | 'password' | 'all';
  text: () => string;
}

/** This name has to wait; others need not. */
export function isThrottled(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 429 && error.retryAfterS > 0;
}

/** What went wrong, beside the field where it can be mended. */
export function faultOf(error: unknown): Fault {
  const code = error instanceof ApiError ? error.code : 0;
  if (code === 4004 || code === 4005) return { field: 'password', text: () => t('login.wrong') };
  if (code === 4006) return { field: 'name', text: () => t('login.deleted') };
  if (code === 4002) return { field: 'name', text: () => t('login.userExpired') };
  if (code === 4003) return { field: 'all', text: () => t('login.holdExpired') };
  if (code === 429) return { field: 'all', text: () => t('login.tooMany') };
  if (code === 0 || code >= 4010 || code === 503)
    return { field: 'all', text: () => t('login.away') };
  return { field: 'all', text: () => t('login.failed', { code: String(code) }) };
}

/** What is not filled in; null: nothing. */
export function missing(name: string, password: string): Fault | null {
  if (name.trim() === '') return { field: 'name', text: () => t('login.missingName') };
  if (password === '') return { field: 'password', text: () => t('login.missingPassword') };
  return null;
}

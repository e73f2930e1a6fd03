/** The logins of the own account that still hold, and its password. */
import { signal } from '@preact/signals';
import { ApiError, type Row } from '../app/api.ts';
import { say } from '../app/notice.ts';
import { changePassword as renew } from '../app/password.ts';
import { call, typist } from '../app/session.ts';
import { onOtherAccount } from '../app/typed.ts';
import { s } from '../i18n/settings_text.ts';
import { refusalOf } from './draft.ts';
import { isSilence } from './save.ts';

export type Token = Row<'manage/ListTokens'>;

export const tokens = signal<readonly Token[] | 'failed' | null>(null);

const TOKENS_READ = 200;

// those of one account are nothing to the next
onOtherAccount(() => {
  tokens.value = null;
});

export async function readTokens(): Promise<void> {
  const fields = { PageIndex: 1, PageSize: TOKENS_READ };
  const whose = typist.peek();
  const found = await call('manage/ListTokens', fields).catch(() => null);
  if (whose !== typist.peek()) return;
  if (found !== null) tokens.value = found.data;
  else if (tokens.value === null) tokens.value = 'failed';
}

/** Ends a login somewhere else. */
export async function endToken({ TokenID, Address }: Token): Promise<void> {
  try {
    await call('manage/DeleteToken', { TokenID });
    say(s('account.tokenEnded', { address: Address || s('account.noAddress') }));
  } catch (error) {
    const { code, message } = error as ApiError;
    if (isSilence(error)) say(s('set.silentDelete'));
    else if (code !== 404) say(s('set.notDeleted', { why: message }));
  }
  await readTokens();
}

export interface PasswordFault {
  field: 'old' | 'new' | '';
  text: string;
}

/** A changed password ends all logins: this one begins anew with it. null: it is changed. */
export async function changePassword(old: string, next: string): Promise<PasswordFault | null> {
  try {
    if (!(await renew(old, next))) return { field: '', text: s('account.changedOnly') };
  } catch (error) {
    return passwordFault(error);
  }
  say(s('account.passwordChanged'));
  await readTokens();
  return null;
}

function passwordFault(error: unknown): PasswordFault {
  if (!(error instanceof ApiError) || error.code === 0) return { field: '', text: s('set.silent') };
  if (error.code === 429) {
    return { field: 'old', text: s('account.throttled', { n: Math.max(1, error.retryAfterS) }) };
  }
  const { field, why } = refusalOf(error.message);
  if (field === 'OldPassWord') return { field: 'old', text: s('account.wrongPassword') };
  return { field: field === 'NewPassWord' ? 'new' : '', text: why || String(error.code) };
}

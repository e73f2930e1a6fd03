/** Changing the own password. */
import { call, logIn, me, whileRenewed } from './session.ts';

/**
 * A new password ends all tokens of the account: this login goes on with a new one. Whether it
 * does; throws ApiError where the password stays as it was.
 */
export function changePassword(OldPassWord: string, NewPassWord: string): Promise<boolean> {
  const name = me.value?.LoginName ?? '';
  return whileRenewed(async () => {
    await call('manage/ChangePassword', { OldPassWord, NewPassWord });
    return await logIn(name, NewPassWord).then(
      () => true,
      () => false,
    );
  });
}

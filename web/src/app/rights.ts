/** Roles, and saying it when whoever is logged in has another one than before. */
import { effect, untracked } from '@preact/signals';
import { type TextKey, t } from '../i18n/text.ts';
import { say } from './notice.ts';
import { type Me, me } from './session.ts';

export function roleText(role: unknown): string {
  return t(`role.${role}` as TextKey);
}

export function followRights(): void {
  let was: Me | null = null;
  effect(() => {
    const is = me.value;
    if (is === null) return;
    const isOther = was !== null && was.LoginName === is.LoginName && was.Role !== is.Role;
    was = is;
    if (isOther) untracked(() => say(t('role.changed', { role: roleText(is.Role) })));
  });
}

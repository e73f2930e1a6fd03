/** The title of the window: which page it is, and how many alarms wait. */
import { effect } from '@preact/signals';
import { type TextKey, t } from '../i18n/text.ts';
import type { PageName } from './address.ts';
import { openAlarms, unseen } from './alarms.ts';
import { pageShown } from './page.ts';
import { isShared } from './session.ts';

function nameOf(page: PageName): string {
  if (page === 'login') return t('login.title');
  return isShared.value && page !== 'history' ? t('shared.title') : t(`page.${page}` as TextKey);
}

export function followTitle(): void {
  effect(() => {
    const waiting = unseen(openAlarms.value);
    const name = nameOf(pageShown.value);
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${name} · ${t('app.name')}`;
  });
}

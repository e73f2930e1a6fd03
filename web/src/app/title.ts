/** The title of the window: which page it is, and how many alarms wait. */
import { effect } from '@preact/signals';
import { type TextKey, t } from '../i18n/text.ts';
import { openAlarms, unseen } from './alarms.ts';
import { pageShown } from './page.ts';

export function followTitle(): void {
  effect(() => {
    const waiting = unseen(openAlarms.value);
    const name =
      pageShown.value === 'login' ? t('login.title') : t(`page.${pageShown.value}` as TextKey);
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${name} · ${t('app.name')}`;
  });
}

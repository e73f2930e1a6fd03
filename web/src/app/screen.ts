/** How large the window is, in the steps that the pages are drawn for; and whether it is seen. */
import { signal } from '@preact/signals';

const phone = matchMedia('(max-width: 767px)');

export const isPhone = signal(phone.matches);
phone.addEventListener('change', () => {
  isPhone.value = phone.matches;
});

/** Somebody may be looking: what is read again and again waits while nobody can. */
export const isSeen = signal(document.visibilityState === 'visible');
document.addEventListener('visibilitychange', () => {
  isSeen.value = document.visibilityState === 'visible';
});

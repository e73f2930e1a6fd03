/** A page that shows what a link shares: until when, and what there is to see of it. */
import { computed, effect, untracked } from '@preact/signals';
import { zone } from '../i18n/choice.ts';
import { dateOf, epochIn } from '../i18n/day.ts';
import { now } from './fleet.ts';
import { endSession, isShared, me, phase } from './session.ts';

interface Share {
  Until: string;
  History: boolean;
}

const share = computed(() => me.value?.Share as Share | undefined);

const untilS = computed(() => epochIn(zone.value, share.value?.Until ?? ''));

/** Whether pages of the past are shown: to accounts always. */
export const showsPast = computed(() => !isShared.value || share.value?.History === true);

/** "18:00" of today, "2026-12-01 18:00" of other days; "": nothing is shared. */
export const sharedUntil = computed(() => shortTime(share.value?.Until ?? ''));

/** A time of the API without its seconds, and of today without its day. */
export function shortTime(text: string): string {
  const isToday = text.startsWith(dateOf(zone.value, now.value));
  return isToday ? text.slice(11, 16) : text.slice(0, 16);
}

/** Ends the page with its share, also while the server cannot be heard. */
export function followShared(): void {
  const isOver = computed(() => isShared.value && now.value >= untilS.value);
  effect(() => {
    if (isOver.value && phase.value === 'in') untracked(() => endSession('ended'));
  });
}

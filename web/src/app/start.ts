/** What runs as long as the page does: each part follows what it depends on. */
import { computed, effect, untracked } from '@preact/signals';
import { followAlarms } from './alarms.ts';
import { followCommands } from './commands.ts';
import { followSelected } from './device.ts';
import { followEnterprise, showsBelow } from './enterprises.ts';
import { followSteps } from './first_steps.ts';
import { closeFleet, openFleet } from './fleet.ts';
import { followFollowed } from './follow.ts';
import { followKeys } from './keyboard.ts';
import { followList } from './list.ts';
import { address } from './navigation.ts';
import { pageShown } from './page.ts';
import { followPlaces } from './places.ts';
import { followPreferences } from './preferences.ts';
import { followRights } from './rights.ts';
import { followSearch } from './search.ts';
import { logins, me, phase, startSession } from './session.ts';
import { askLanguage, followSettings, themeAsked } from './settings.ts';
import { followShared } from './shared.ts';
import { followStranger } from './stranger.ts';
import { followTitle } from './title.ts';
import { followToday } from './today.ts';
import { followWords } from './words.ts';

const AGAIN_MS = 5000;

export function start(): void {
  followSettings();
  followPreferences();
  followEnterprise();
  followList();
  followPlaces();
  followSearch();
  followAlarms();
  followSelected();
  followFollowed();
  followToday();
  followCommands();
  followWords();
  followTitle();
  followRights();
  followSteps();
  followKeys();
  followShared();
  followStranger();
  const watched = computed(() => {
    const { ids, type } = address.value;
    const hold = phase.value === 'in' ? me.value?.HoldID : null;
    return hold ? `${logins.value} ${hold} ${showsBelow.value} ${type} ${ids}` : '';
  });
  effect(() => {
    const isIn = watched.value !== '';
    untracked(isIn ? openFleet : closeFleet);
  });
  effect(() => {
    const { kiosk, theme } = address.value;
    const usual = kiosk === '1' ? 'dark' : null;
    themeAsked.value = theme === 'light' || theme === 'dark' ? theme : usual;
  });
  effect(() => askLanguage(address.value.lang));
  effect(() => {
    // nobody stands before a wall to try again
    if (phase.value === 'failed' && address.value.kiosk === '1') setTimeout(startSession, AGAIN_MS);
  });
  effect(() => {
    // before it is known who it is, the server knows better
    if (phase.value !== 'starting') document.body.dataset['page'] = pageShown.value;
  });
  void startSession();
}

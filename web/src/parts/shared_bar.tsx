/** Over what a link shares: until when it is good, and the way to its past, if it has any. */
import { address, go } from '../app/navigation.ts';
import { pageShown, pagesShown } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { sharedUntil } from '../app/shared.ts';
import { t } from '../i18n/text.ts';
import { Icon } from './icon.tsx';
import { LiveState } from './live_state.tsx';
import { LookButtons } from './look_buttons.tsx';
import { Mark } from './mark.tsx';

const PLACES = [
  ['map', 'map.label', 'map'],
  ['history', 'page.history', 'history'],
] as const;

/** The map and the history; nothing where the link has the map alone. On a phone at the bottom. */
export function SharedPages() {
  if (!pagesShown.value.includes('history')) return null;
  return (
    <nav class={isPhone.value ? 'tabs-bar' : 'shared-pages'} aria-label={t('app.name')}>
      {PLACES.map(([page, text, icon]) => (
        <button
          type="button"
          key={page}
          class={isPhone.value ? 'rail-button' : 'button quiet-button'}
          aria-current={pageShown.value === page ? 'page' : undefined}
          onClick={() => go({ page, sel: address.value.sel })}
        >
          <Icon name={icon} />
          <span>{t(text)}</span>
        </button>
      ))}
    </nav>
  );
}

export function SharedBar() {
  return (
    <header class="top shared-top">
      {!isPhone.value && <Mark />}
      <p class="shared-until">
        <Icon name="eye" size={16} />
        {t('shared.until', { time: sharedUntil.value })}
      </p>
      {!isPhone.value && <SharedPages />}
      <span class="space" />
      {!isPhone.value && <LiveState />}
      <LookButtons />
    </header>
  );
}

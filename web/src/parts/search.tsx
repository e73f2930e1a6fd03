/**
 * The search field of the top bar. What is typed narrows the list at once; below the field the best
 * eight are offered, to be opened with Enter.
 */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { tick } from '../app/fleet.ts';
import { address, adjust } from '../app/navigation.ts';
import { choose, searchIsOpen as isOpen, type Offer, offersOf } from '../app/search.ts';
import { mapIsThere } from '../app/target.ts';
import { t } from '../i18n/text.ts';
import { Icon } from './icon.tsx';
import { keyOf, OfferRow } from './offer_row.tsx';

export const SEARCH_ID = 'search';

export function Search() {
  const at = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  const text = address.value.q;
  tick.value;
  const hits = isOpen.value ? offersOf(text) : [];

  const take = (hit: Offer | undefined, asksHistory: boolean) => {
    if (!hit) return;
    choose(hit, asksHistory);
    isOpen.value = false;
    field.current?.blur();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return; // Enter and arrows are of who writes Chinese, until it is written
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      at.value = Math.min(hits.length - 1, Math.max(0, at.value + step));
    }
    if (event.key === 'Enter') take(hits[at.value], event.altKey);
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (text !== '') adjust({ q: '' });
      else field.current?.blur();
    }
  };
  return (
    <div class="search" role="search">
      <Icon name="search" size={16} />
      <input
        id={SEARCH_ID}
        ref={field}
        type="text"
        inputMode="search"
        role="combobox"
        aria-label={t('search.label')}
        aria-expanded={hits.length > 0}
        aria-controls="search-hits"
        aria-activedescendant={hits.length > 0 ? `hit-${at.value}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={t(mapIsThere() ? 'search.hintMap' : 'search.hint')}
        value={text}
        onInput={(event) => {
          adjust({ q: event.currentTarget.value });
          at.value = 0;
          isOpen.value = true;
        }}
        onFocus={() => {
          isOpen.value = true;
          at.value = 0;
        }}
        onBlur={() => {
          isOpen.value = false;
        }}
        onKeyDown={onKey}
      />
      {text === '' ? (
        <kbd>/</kbd>
      ) : (
        <button
          type="button"
          class="bare"
          aria-label={t('search.clear')}
          onClick={() => adjust({ q: '' })}
        >
          <Icon name="close" size={16} />
        </button>
      )}
      {isOpen.value && (hits.length > 0 || text !== '') && (
        <div class="hits" id="search-hits" role="listbox" aria-label={t('search.label')}>
          {text === '' && <div class="hits-title">{t('search.recent')}</div>}
          {hits.length === 0 && <div class="hits-title">{t('search.none')}</div>}
          {hits.map((hit, place) => (
            <div
              key={keyOf(hit)}
              id={`hit-${place}`}
              role="option"
              aria-selected={place === at.value}
              class="hit"
              onPointerDown={(event) => {
                event.preventDefault();
                take(hit, event.altKey);
              }}
            >
              <OfferRow offer={hit} part={text.trim()} />
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

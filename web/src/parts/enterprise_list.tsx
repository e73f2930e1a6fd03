/** The enterprises that one may act in, to be chosen from, and whether with those below. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import {
  chooseEnterprise,
  enterprisesFound,
  hasBelow,
  holdQuery,
  nameOfHold,
  showsBelow,
  toggleBelow,
} from '../app/enterprises.ts';
import { isPhone } from '../app/screen.ts';
import { enterprises, me } from '../app/session.ts';
import { count, t } from '../i18n/text.ts';
import { Icon } from './icon.tsx';
import { Marked } from './marked.tsx';

const SHOWN_MAX = 200;
const INDENT = 16;

function Below() {
  return (
    <label class="below-choice">
      <input type="checkbox" checked={showsBelow.value} onChange={toggleBelow} /> {t('hold.below')}
    </label>
  );
}

/** `onChosen`: one was chosen, the list is of no more use. */
export function EnterpriseList({ onChosen }: { onChosen: () => void }) {
  const at = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const all = enterprisesFound.value;
  const shown = all.slice(0, SHOWN_MAX);
  const hidden = holdQuery.value === '' ? enterprises.value.total - shown.length : 0;
  useEffect(() => {
    if (!isPhone.value) field.current?.focus();
    at.value = Math.max(
      0,
      shown.findIndex(({ of }) => of.HoldID === me.value?.HoldID),
    );
    return () => {
      holdQuery.value = '';
    };
  }, []);
  useEffect(() => {
    host.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at.value]);

  const choose = (hold: number | undefined) => {
    if (hold === undefined) return;
    if (hold !== me.value?.HoldID) chooseEnterprise(hold);
    onChosen();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return; // Enter and arrows are of who writes Chinese, until it is written
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      at.value = Math.min(shown.length - 1, Math.max(0, at.value + step));
    }
    if (event.key !== 'Enter') return;
    event.preventDefault(); // the button that gets the focus would open it again
    choose(shown[at.value]?.of.HoldID);
  };
  return (
    <div class="enterprises">
      <input
        ref={field}
        type="text"
        inputMode="search"
        role="combobox"
        aria-label={t('hold.search')}
        aria-expanded={true}
        aria-controls="enterprise-list"
        aria-activedescendant={shown.length > 0 ? `enterprise-${at.value}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={t('hold.search')}
        value={holdQuery.value}
        onInput={(event) => {
          holdQuery.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={onKey}
      />
      <div
        ref={host}
        class="enterprise-list"
        id="enterprise-list"
        role="listbox"
        aria-label={t('menu.enterprise')}
      >
        {shown.map(({ of, depth }, place) => (
          <div
            key={of.HoldID}
            id={`enterprise-${place}`}
            role="option"
            aria-selected={place === at.value}
            aria-current={of.HoldID === me.value?.HoldID ? 'true' : undefined}
            class="hit"
            style={{ paddingLeft: `${8 + depth * INDENT}px` }}
            onClick={() => choose(of.HoldID)}
          >
            <span class="hit-name">
              <Marked text={of.HoldName} part={holdQuery.value.trim()} />
            </span>
            <span class="hit-where">
              {holdQuery.value !== '' && of.ParentHoldID !== null && nameOfHold(of.ParentHoldID)}
            </span>
            {of.HoldID === me.value?.HoldID && <Icon name="check" size={16} />}
          </div>
        ))}
      </div>
      {shown.length === 0 && <p class="menu-foot">{t('search.none')}</p>}
      {hidden > 0 && <p class="menu-foot">{t('hold.more', { n: count(hidden) })}</p>}
      {hasBelow.value && <Below />}
    </div>
  );
}

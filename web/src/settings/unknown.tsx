/**
 * Trackers that knock and are not registered. root sees all; who is in an enterprise asks for one
 * by its ID, since the others may be anybody's.
 */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Knocking, knocking, maySeeKnocking, watchKnocking } from '../app/setup.ts';
import { trackerAddress } from '../app/site.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { askKnocking } from './knocking.ts';
import { Trackers } from './trackers.tsx';

function All() {
  useEffect(watchKnocking, []);
  const found = knocking.value;
  if (found === null) return <div class="quiet" aria-busy="true" />;
  if (found.length === 0) return <p class="quiet">{t('empty.knocking.none')}</p>;
  return <Trackers list={found} />;
}

function One() {
  const id = useSignal('');
  const found = useSignal<Knocking[] | 'failed' | null>(null);
  const ask = async (event: Event) => {
    event.preventDefault();
    found.value = await askKnocking(id.value.trim());
  };
  const list = found.value;
  return (
    <>
      <form class="set-ask" onSubmit={(event) => void ask(event)}>
        <label for="unknown-id">{s('unknown.ask')}</label>
        <span class="line">
          <input
            id="unknown-id"
            required
            maxLength={64}
            spellcheck={false}
            autocomplete="off"
            value={id.value}
            onInput={(event) => {
              id.value = event.currentTarget.value;
            }}
          />
          <button type="submit" class="button">
            {s('unknown.askButton')}
          </button>
        </span>
      </form>
      <div role="status">
        {list === 'failed' && <p class="fault quiet">{s('set.listFailed')}</p>}
        {Array.isArray(list) && list.length === 0 && <p class="quiet">{s('unknown.none')}</p>}
      </div>
      {Array.isArray(list) && list.length > 0 && <Trackers list={list} />}
    </>
  );
}

export function UnknownSection() {
  return (
    <div class="set-list">
      <p class="set-about">
        {s('unknown.about')} <code>{trackerAddress()}</code>
      </p>
      {maySeeKnocking() ? <All /> : <One />}
    </div>
  );
}

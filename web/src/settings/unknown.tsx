/**
 * Trackers that knock and are not registered. root sees all; who is in an enterprise asks for one
 * by its ID, since the others may be anybody's.
 */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fleet } from '../app/fleet.ts';
import { go } from '../app/navigation.ts';
import { type Knocking, knocking, maySeeKnocking, watchKnocking } from '../app/setup.ts';
import { trackerAddress } from '../app/site.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { OutOfReach } from '../parts/out_of_reach.tsx';
import { devices } from './devices.ts';
import { openNew } from './forms.ts';
import { askKnocking } from './knocking.ts';
import { Trackers } from './trackers.tsx';

function All() {
  useEffect(watchKnocking, []);
  const found = knocking.value;
  if (found === null) return <div class="quiet" aria-busy="true" />;
  if (found.length === 0) return <p class="quiet">{t('empty.knocking.none')}</p>;
  return <Trackers list={found} />;
}

/** No tracker of this ID knocks: it is here already, or may be registered before it does. */
function None({ id }: { id: string }) {
  const isHere = fleet.slotOfId(id) >= 0;
  return (
    <div class="quiet">
      <p>{s(isHere ? 'unknown.isHere' : 'unknown.none')}</p>
      {isHere ? (
        <button type="button" class="button" onClick={() => go({ set: devices.name, item: id })}>
          {s('unknown.open')}
        </button>
      ) : (
        <button type="button" class="button" onClick={() => openNew(devices, { DeviceID: id })}>
          {s('unknown.before')}
        </button>
      )}
    </div>
  );
}

function One() {
  const id = useSignal('');
  const found = useSignal<Knocking[] | 'failed' | null>(null);
  const asked = useSignal('');
  const ask = async (event: Event) => {
    event.preventDefault();
    const wanted = id.value.trim();
    const answer = await askKnocking(wanted);
    asked.value = wanted;
    found.value = answer;
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
        {Array.isArray(list) && list.length === 0 && <None id={asked.value} />}
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
      <OutOfReach look="set-about" />
      {maySeeKnocking() ? <All /> : <One />}
    </div>
  );
}

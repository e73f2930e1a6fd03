/**
 * A fleet without vehicles says how to get the first one: where to point a tracker, and to root
 * which ones knock already.
 */
import { useEffect } from 'preact/hooks';
import { FROM_FILE } from '../app/address.ts';
import { now } from '../app/fleet.ts';
import { go } from '../app/navigation.ts';
import type { Knocking } from '../app/setup.ts';
import {
  adding,
  knocking,
  maySeeKnocking,
  maySetUp,
  secondsSince,
  watchKnocking,
} from '../app/setup.ts';
import { trackerAddress } from '../app/site.ts';
import { zone } from '../i18n/choice.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { DevicesLink } from '../parts/devices_link.tsx';
import { OutOfReach } from '../parts/out_of_reach.tsx';

function KnockingRow({ tracker }: { tracker: Knocking }) {
  const age = f.age(secondsSince(tracker.LastTime ?? '', zone.value, now.value));
  return (
    <li class="knocking-row">
      <div class="grow">
        <b>{tracker.DeviceID || t('empty.knocking.nameless')}</b>
        <span class="under">
          {[
            tracker.Protocol,
            tracker.Address,
            t('empty.knocking.seen', { n: tracker.Count, age }),
          ].join(' · ')}
        </span>
      </div>
      {tracker.DeviceID !== '' && (
        <button
          type="button"
          class="button small"
          onClick={() => {
            adding.value = tracker.DeviceID;
          }}
        >
          {t('empty.adopt')}
        </button>
      )}
    </li>
  );
}

function KnockingList() {
  useEffect(watchKnocking, []);
  const found = knocking.value;
  if (found === null) return null;
  return (
    <section class="knocking">
      <h3>{found.length > 0 && t('empty.knocking', { n: found.length })}</h3>
      {found.length === 0 && <p class="waiting">{t('empty.knocking.none')}</p>}
      <ul>
        {found.map((tracker) => (
          <KnockingRow key={`${tracker.Address} ${tracker.DeviceID}`} tracker={tracker} />
        ))}
      </ul>
    </section>
  );
}

function Steps() {
  return (
    <ol class="steps">
      <li>
        <h3>{t('empty.step1')}</h3>
        <p>
          {t('empty.step1.text')} <code>{trackerAddress()}</code>
        </p>
        <OutOfReach />
        <p class="under">{t('empty.step1.more')}</p>
        <DevicesLink />
      </li>
      <li>
        <h3>{t('empty.step2')}</h3>
        <p>{t('empty.step2.text')}</p>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            adding.value = '';
          }}
        >
          {t('empty.add')}
        </button>{' '}
        <button
          type="button"
          class="button"
          onClick={() => go({ page: 'settings', set: 'devices', item: FROM_FILE })}
        >
          {t('empty.import')}
        </button>
      </li>
    </ol>
  );
}

export function EmptyFleet() {
  return (
    <div class="empty">
      <h2>{t('empty.title')}</h2>
      <p>{t(maySetUp() ? 'empty.admin' : 'empty.viewer')}</p>
      {maySetUp() && <Steps />}
      {maySeeKnocking() && <KnockingList />}
    </div>
  );
}

/** A table of trackers that knock. */
import { useSignal } from '@preact/signals';
import { now } from '../app/fleet.ts';
import { type Knocking, secondsSince } from '../app/setup.ts';
import { zone } from '../i18n/choice.ts';
import * as f from '../i18n/format.ts';
import { s } from '../i18n/settings_text.ts';
import { count, t } from '../i18n/text.ts';
import { devices } from './devices.ts';
import { openNew } from './forms.ts';
import { Scroll } from './scroll.tsx';

function ago(time: string | null): string {
  return time === null ? t('none') : f.age(secondsSince(time, zone.value, now.value));
}

function Tracker({ tracker }: { tracker: Knocking }) {
  const isOpen = useSignal(false);
  const id = tracker.DeviceID;
  return (
    <>
      <tr>
        <td>
          <b>{id || t('empty.knocking.nameless')}</b>
        </td>
        <td>{tracker.Protocol}</td>
        <td>{tracker.Address}</td>
        <td data-label={s('unknown.first')}>{ago(tracker.FirstTime)}</td>
        <td data-label={s('unknown.last')}>{ago(tracker.LastTime)}</td>
        <td data-label={s('unknown.count')}>{count(tracker.Count)}</td>
        <td>
          <span class="set-row-buttons">
            <button
              type="button"
              class="button small"
              aria-expanded={isOpen.value}
              onClick={() => {
                isOpen.value = !isOpen.value;
              }}
            >
              {s('unknown.frame')}
            </button>
            {id !== '' && (
              <button
                type="button"
                class="button small primary"
                onClick={() => openNew(devices, { DeviceID: id })}
              >
                {t('empty.adopt')}
              </button>
            )}
          </span>
        </td>
      </tr>
      {isOpen.value && (
        <tr>
          <td colSpan={7}>
            <code class="set-frame">{tracker.LastFrame || t('none')}</code>
          </td>
        </tr>
      )}
    </>
  );
}

export function Trackers({ list }: { list: readonly Knocking[] }) {
  return (
    <Scroll label={s('section.unknown')}>
      <table class="set-table plain">
        <thead>
          <tr>
            <th scope="col">{t('drawer.id')}</th>
            <th scope="col">{t('drawer.protocol')}</th>
            <th scope="col">{s('unknown.address')}</th>
            <th scope="col">{s('unknown.first')}</th>
            <th scope="col">{s('unknown.last')}</th>
            <th scope="col">{s('unknown.count')}</th>
            <th scope="col">
              <span class="unseen">{t('empty.adopt')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((each) => (
            <Tracker key={`${each.Address} ${each.DeviceID}`} tracker={each} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

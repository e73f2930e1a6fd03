/** A platform without an enterprise: root makes the first one. */
import { useSignal } from '@preact/signals';
import { addEnterprise, zoneHere } from '../app/setup.ts';
import { t } from '../i18n/text.ts';
import { useRequestId } from '../parts/request_id.ts';

const ZONES = Intl.supportedValuesOf('timeZone');

export function NoEnterprise() {
  const name = useSignal('');
  const zone = useSignal(zoneHere());
  const fault = useSignal('');
  const requestId = useRequestId();
  const isBusy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    const said = [name.value.trim(), zone.value.trim()] as const;
    fault.value = await addEnterprise(...said, requestId(said.join('\n')));
    isBusy.value = false;
  };
  return (
    <main class="page">
      <div class="empty">
        <h2>{t('empty.hold.title')}</h2>
        <p>{t('empty.hold.text')}</p>
        <form class="form" onSubmit={(event) => void submit(event)}>
          <label for="hold-name">{t('empty.hold.name')}</label>
          <input
            id="hold-name"
            required
            maxLength={64}
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
          <label for="hold-zone">{t('empty.hold.zone')}</label>
          <input
            id="hold-zone"
            required
            list="zones"
            value={zone.value}
            onInput={(event) => {
              zone.value = event.currentTarget.value;
            }}
          />
          <datalist id="zones">
            {ZONES.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
          {fault.value !== '' && (
            <p class="fault" role="alert">
              {fault.value}
            </p>
          )}
          <button type="submit" class="button primary" disabled={isBusy.value}>
            {t('empty.hold.add')}
          </button>
        </form>
      </div>
    </main>
  );
}

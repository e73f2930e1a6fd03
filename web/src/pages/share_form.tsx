/** What is asked before vehicles are shared: until when, and with their past or not. */
import { type Signal, useSignal } from '@preact/signals';
import {
  inAnHour,
  type Made,
  makeShare,
  type Sharing,
  UNTILS,
  type Until,
  untilOf,
} from '../app/shares.ts';
import { zone } from '../i18n/choice.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { Segments } from '../parts/segments.tsx';

function OwnTime({ own }: { own: Signal<string> }) {
  return (
    <label>
      {t('share.ownTime')}
      <input
        type="datetime-local"
        required
        value={own.value}
        onInput={(event) => {
          own.value = event.currentTarget.value;
        }}
      />
      <span class="hint">{t('share.zone', { zone: zone.value })}</span>
    </label>
  );
}

export function ShareForm({ about, onMade }: { about: Sharing; onMade: (made: Made) => void }) {
  const choice = useSignal<Until>('today');
  const own = useSignal(inAnHour());
  const history = useSignal(about.wantsHistory);
  const fault = useSignal<TextKey | null>(null);
  const isBusy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    const made = await makeShare(about, untilOf(choice.value, own.value), history.value);
    isBusy.value = false;
    fault.value = typeof made === 'string' ? made : null;
    if (typeof made !== 'string') onMade(made);
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <p class="under">{t('share.about')}</p>
      <Segments
        label={t('share.until')}
        value={choice.value}
        choices={UNTILS.map((each) => [each, t(`share.${each}`)] as const)}
        onChoose={(chosen) => {
          choice.value = chosen;
        }}
      />
      {choice.value === 'own' && <OwnTime own={own} />}
      <label class="share-check">
        <input
          type="checkbox"
          checked={history.value}
          onChange={(event) => {
            history.value = event.currentTarget.checked;
          }}
        />
        {t('share.history')}
      </label>
      {fault.value !== null && (
        <p class="fault" role="alert">
          {t(fault.value)}
        </p>
      )}
      <button type="submit" class="button primary wide" disabled={isBusy.value}>
        {t(isBusy.value ? 'share.making' : 'share.make')}
      </button>
    </form>
  );
}

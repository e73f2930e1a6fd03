/** The form that registers a tracker. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { addDevice, adding, newRequestId } from '../app/setup.ts';
import { t } from '../i18n/text.ts';

export function AddDevice({ id: first }: { id: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useSignal(first);
  const plate = useSignal('');
  const requestId = useSignal(newRequestId());
  const fault = useSignal('');
  const isBusy = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    adding.value = null;
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    fault.value = await addDevice(id.value.trim(), plate.value.trim(), requestId.value);
    isBusy.value = false;
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="add-title" onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="add-title">{t('add.title')}</h2>
        <label for="add-id">{t('add.id')}</label>
        <input
          id="add-id"
          required
          maxLength={64}
          spellcheck={false}
          autocomplete="off"
          value={id.value}
          onInput={(event) => {
            id.value = event.currentTarget.value;
          }}
        />
        <label for="add-plate">{t('add.plate')}</label>
        <input
          id="add-plate"
          maxLength={64}
          autocomplete="off"
          placeholder={t('add.plateHint')}
          value={plate.value}
          onInput={(event) => {
            plate.value = event.currentTarget.value;
          }}
        />
        {fault.value !== '' && (
          <p class="fault" role="alert">
            {fault.value}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={close}>
            {t('add.cancel')}
          </button>
          <button type="submit" class="button primary" disabled={isBusy.value}>
            {t('add.button')}
          </button>
        </div>
      </form>
    </dialog>
  );
}

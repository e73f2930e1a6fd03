/** The form that registers a tracker. */
import { useSignal } from '@preact/signals';
import { addDevice, adding } from '../app/setup.ts';
import { t } from '../i18n/text.ts';
import { useModal } from '../parts/modal.ts';
import { useRequestId } from '../parts/request_id.ts';

export function AddDevice({ id: first }: { id: string }) {
  const dialog = useModal();
  const id = useSignal(first);
  const plate = useSignal('');
  const requestId = useRequestId();
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const close = () => {
    adding.value = null;
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    const names = [id.value.trim(), plate.value.trim()] as const;
    fault.value = await addDevice(...names, requestId(names.join('\n')));
    isBusy.value = false;
    if (fault.value === '') dialog.current?.close();
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
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
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

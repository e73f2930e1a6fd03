/** Asks for the name by which a report is kept. */
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { onOtherAccount } from '../app/typed.ts';
import { rt } from '../i18n/reports.ts';
import { t } from '../i18n/text.ts';
import { useModal } from '../parts/modal.ts';
import { kind, period } from './asked.ts';
import { NAME_MAX, saveAs, saved } from './saved.ts';
import { faultText } from './saved.tsx';

export const isNaming = signal(false);

// what one account had open is nothing to the next
onOtherAccount(() => {
  isNaming.value = false;
});

function nameOffered(): string {
  const kindText = rt(`report.kind.${kind.peek()}`);
  return `${kindText} · ${rt(`report.period.${period.peek()}`)}`;
}

function Dialog() {
  const dialog = useModal();
  const name = useSignal(nameOffered());
  const fault = useSignal('');
  const isBusy = useSignal(false);
  useEffect(() => {
    dialog.current?.querySelector('input')?.select();
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    const chosen = name.value.trim();
    if (chosen === '' || isBusy.value) return;
    isBusy.value = true;
    fault.value = faultText(await saveAs(chosen));
    isBusy.value = false;
    if (fault.value === '') dialog.current?.close();
  };
  const isThere = saved.value.some((each) => each.name === name.value.trim());
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby="save-title"
      onClose={() => {
        isNaming.value = false;
      }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="save-title">{rt('report.saveTitle')}</h2>
        <p class="under">{rt('report.saveText')}</p>
        <label for="save-name">{rt('report.saveName')}</label>
        <input
          id="save-name"
          required
          maxLength={NAME_MAX}
          autocomplete="off"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        {isThere && <p class="hint">{rt('report.saveReplaces')}</p>}
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
            {rt('report.save')}
          </button>
        </div>
      </form>
    </dialog>
  );
}

export function SaveDialog() {
  return isNaming.value ? <Dialog /> : null;
}

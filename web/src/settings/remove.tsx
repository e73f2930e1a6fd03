/** Deleting an object: a dialog that names it, and what goes with it. */
import { useSignal } from '@preact/signals';
import { isPlate } from '../app/danger.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { useModal } from '../parts/modal.ts';
import type { Entity, Row } from './entity.ts';
import { remove } from './save.ts';

interface RemoveProps {
  entity: Entity;
  row: Row;
}

function Dialog({ entity, row, onClose }: RemoveProps & { onClose: () => void }) {
  const dialog = useModal();
  const typed = useSignal('');
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const name = entity.nameOf(row);
  const isGrave = entity.remove?.isGrave === true;
  const isFree = !isGrave || isPlate(typed.value, name);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!isFree || isBusy.value) return;
    isBusy.value = true;
    fault.value = await remove(entity, row);
    isBusy.value = false;
    if (fault.value === '') dialog.current?.close();
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="remove-title" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="remove-title">{s('set.deleteTitle', { name })}</h2>
        <p>{entity.remove?.text(row)}</p>
        {isGrave && (
          <>
            <label for="remove-name">{s('set.deleteType', { name })}</label>
            <input
              id="remove-name"
              autocomplete="off"
              spellcheck={false}
              value={typed.value}
              onInput={(event) => {
                typed.value = event.currentTarget.value;
              }}
            />
          </>
        )}
        {fault.value !== '' && (
          <p class="fault" role="alert">
            {fault.value}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {t('add.cancel')}
          </button>
          <button type="submit" class="button danger primary" disabled={!isFree || isBusy.value}>
            {s('set.delete', { name })}
          </button>
        </div>
      </form>
    </dialog>
  );
}

export function Remove({ entity, row }: RemoveProps) {
  const isAsked = useSignal(false);
  const may = entity.remove !== undefined && (entity.remove.may?.(row) ?? true);
  if (!may) return null;
  return (
    <div class="set-remove">
      <button
        type="button"
        class="button danger"
        onClick={() => {
          isAsked.value = true;
        }}
      >
        {s('set.deleteButton')}
      </button>
      {isAsked.value && (
        <Dialog
          entity={entity}
          row={row}
          onClose={() => {
            isAsked.value = false;
          }}
        />
      )}
    </div>
  );
}

/** Asks before a geofence is deleted, by its name. */
import { useSignal } from '@preact/signals';
import { useModal } from '../parts/modal.ts';
import type { FenceRow } from './draft.ts';
import { remove } from './save.ts';
import { fe } from './text.ts';

interface DeleteProps {
  row: FenceRow;
  onClose: () => void;
  onDone: () => void;
}

export function DeleteDialog({ row, onClose, onDone }: DeleteProps) {
  const dialog = useModal();
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const name = row.RegionName;
  const confirm = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    const why = await remove(row);
    isBusy.value = false;
    if (why === null) onDone();
    else fault.value = why.text;
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="fence-delete" onClose={onClose}>
      <h2 id="fence-delete">{fe('fences.deleteTitle', { name })}</h2>
      <p>{fe('fences.deleteText')}</p>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {fe('fences.cancel')}
        </button>
        <button
          type="button"
          class="button danger primary"
          disabled={isBusy.value}
          onClick={() => void confirm()}
        >
          {fe('fences.deleteNow', { name })}
        </button>
      </div>
    </dialog>
  );
}

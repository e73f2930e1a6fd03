/** A device goes to another enterprise of the tree, with its history or without. */
import { useSignal } from '@preact/signals';
import { enterprises, me } from '../app/session.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import type { Row } from './entity.ts';
import { moveDevice } from './move.ts';

export function MoveDevice({ row }: { row: Row }) {
  const to = useSignal('');
  const keeps = useSignal(true);
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const others = enterprises.value.rows.filter(({ HoldID }) => HoldID !== me.value?.HoldID);
  if (others.length === 0 || (me.value?.Groups.length ?? 0) > 0) return null;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (to.value === '' || isBusy.value) return;
    isBusy.value = true;
    fault.value = await moveDevice(row, Number(to.value), keeps.value);
    isBusy.value = false;
  };
  return (
    <form class="device-form set-more" onSubmit={(event) => void submit(event)}>
      <h3>{s('move.title')}</h3>
      <div class="field">
        <label for="move-to">{t('menu.enterprise')}</label>
        <select
          id="move-to"
          value={to.value}
          onChange={(event) => {
            to.value = event.currentTarget.value;
          }}
        >
          <option value="">{s('move.choose')}</option>
          {others.map(({ HoldID, HoldName }) => (
            <option key={HoldID} value={String(HoldID)}>
              {HoldName}
            </option>
          ))}
        </select>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={keeps.value}
          onChange={(event) => {
            keeps.value = event.currentTarget.checked;
          }}
        />
        {s('move.keeps')}
      </label>
      <p class="set-hint">{s(keeps.value ? 'move.keepsHint' : 'move.leavesHint')}</p>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
      <button type="submit" class="button" disabled={to.value === '' || isBusy.value}>
        {s('move.button')}
      </button>
    </form>
  );
}

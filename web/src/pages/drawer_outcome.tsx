/** What became of the last command to this vehicle; it stays until it is put away. */
import { outcome } from '../app/commands.ts';
import { showTab } from '../app/device.ts';
import { fleet } from '../app/fleet.ts';
import { address } from '../app/navigation.ts';
import { time } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';

export function DrawerOutcome({ slot }: { slot: number }) {
  const last = outcome.value;
  if (last === null || last.id !== fleet.texts.id[slot]) return null;
  return (
    <div class={last.isGood ? 'outcome good' : 'outcome bad'} role="status">
      <div class="outcome-text">
        <b>{last.name}</b> · {time(last.timeS)}
        <p>{last.text}</p>
        {address.value.tab !== 'commands' && (
          <button type="button" class="bare link" onClick={() => showTab('commands')}>
            {t('command.records')}
          </button>
        )}
      </div>
      <IconButton
        label={t('command.putAway')}
        onClick={() => {
          outcome.value = null;
        }}
      >
        <Icon name="close" />
      </IconButton>
    </div>
  );
}

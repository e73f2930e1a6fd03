/** What narrows the list beside the filters, the devices of a link or a group, to be taken off. */
import { fleet, groups, tick } from '../app/fleet.ts';
import { query } from '../app/list.ts';
import { address, go } from '../app/navigation.ts';
import { t } from '../i18n/text.ts';
import { Icon } from './icon.tsx';

function Chip({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <span class="chip on">
      <span class="chip-text">{text}</span>
      <button
        type="button"
        class="bare"
        aria-label={t('table.showAll')}
        title={t('table.showAll')}
        onClick={onClose}
      >
        <Icon name="close" size={16} />
      </button>
    </span>
  );
}

export function Narrowing() {
  tick.value;
  const group = query.value.group;
  const name = groups.value.find(([each]) => each === group)?.[1];
  return (
    <>
      {address.value.ids !== '' && (
        <Chip
          text={t('table.narrowed', { n: fleet.size })}
          onClose={() => go({ ids: '', type: '', sel: '' })}
        />
      )}
      {group !== null && (
        <Chip
          text={t('table.onlyGroup', { name: name ?? String(group) })}
          onClose={() => go({ g: '' })}
        />
      )}
    </>
  );
}

/** Who is chosen: a click on one takes it away. */
import { signal } from '@preact/signals';
import { fleet, tick } from '../app/fleet.ts';
import { rt } from '../i18n/reports.ts';
import { count } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { choice, chooseVehicles, groupName } from './asked.ts';
import { isNobody, NOBODY, toggleGroup, toggleId } from './choice.ts';

const CHIPS_MAX = 8;
const areAllChips = signal(false);

function Chip({ name, onDrop }: { name: string; onDrop: () => void }) {
  return (
    <button type="button" class="chip on small-chip" onClick={onDrop}>
      <span class="chip-text">{name}</span>
      <Icon name="close" size={14} />
    </button>
  );
}

function plateOf(id: string): string {
  const slot = fleet.slotOfId(id);
  return slot < 0 ? id : (fleet.texts.plate[slot] ?? id);
}

export function Picked() {
  const chosen = choice.value;
  tick.value;
  if (isNobody(chosen)) return null;
  const drops = [
    ...(chosen.isAll
      ? [{ name: rt('report.allVehicles'), drop: () => chooseVehicles(NOBODY) }]
      : []),
    ...chosen.groups.map((group) => ({
      name: groupName(group) || String(group),
      drop: () => chooseVehicles(toggleGroup(chosen, group)),
    })),
    ...chosen.ids.map((id) => ({
      name: plateOf(id),
      drop: () => chooseVehicles(toggleId(chosen, id)),
    })),
  ];
  const shown = areAllChips.value ? drops : drops.slice(0, CHIPS_MAX);
  return (
    <div class="picked">
      {shown.map(({ name, drop }) => (
        <Chip key={name} name={name} onDrop={drop} />
      ))}
      {shown.length < drops.length && (
        <button
          type="button"
          class="chip small-chip"
          onClick={() => {
            areAllChips.value = true;
          }}
        >
          +{count(drops.length - shown.length)}
        </button>
      )}
    </div>
  );
}

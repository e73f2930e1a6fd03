/** Whom a geofence watches: all vehicles, or groups and vehicles that are listed. */
import { useSignal } from '@preact/signals';
import { fleet, groups, tick } from '../app/fleet.ts';
import { Icon } from '../parts/icon.tsx';
import { Segments } from '../parts/segments.tsx';
import { folded } from '../store/words.ts';
import { type Draft, setValue } from './draft.ts';
import { fe } from './text.ts';

const OFFERED = 8;

function plateOf(id: string): string {
  const slot = fleet.slotOfId(id);
  return (slot < 0 ? '' : fleet.texts.plate[slot]) || id;
}

/** Vehicles whose plate or ID holds a text. */
function found(text: string, without: readonly string[]): string[] {
  const word = folded(text.trim());
  if (word === '') return [];
  const ids: string[] = [];
  for (let slot = 0; slot < fleet.count && ids.length < OFFERED; slot++) {
    const id = fleet.texts.id[slot];
    if (!id || without.includes(id)) continue;
    const names = [fleet.texts.plate[slot] ?? '', id];
    if (names.some((name) => folded(name).includes(word))) ids.push(id);
  }
  return ids;
}

function Devices({ ids }: { ids: readonly string[] }) {
  const text = useSignal('');
  tick.value;
  const add = (id: string) => {
    text.value = '';
    setValue('deviceIds', [...ids, id]);
  };
  return (
    <>
      <label for="fence-device">{fe('fences.devices')}</label>
      <div class="watched">
        {ids.map((id) => (
          <span class="chip" key={id}>
            <span class="chip-text">{plateOf(id)}</span>
            <button
              type="button"
              class="bare"
              aria-label={fe('fences.takeAway', { name: plateOf(id) })}
              onClick={() =>
                setValue(
                  'deviceIds',
                  ids.filter((each) => each !== id),
                )
              }
            >
              <Icon name="close" size={16} />
            </button>
          </span>
        ))}
      </div>
      <input
        id="fence-device"
        autocomplete="off"
        placeholder={fe('fences.addDevice')}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      {found(text.value, ids).map((id) => (
        <button type="button" class="menu-item" key={id} onClick={() => add(id)}>
          <Icon name="plus" size={16} /> {plateOf(id)}
        </button>
      ))}
    </>
  );
}

function Groups({ ids }: { ids: readonly number[] }) {
  if (groups.value.length === 0) return null;
  return (
    <fieldset class="watched-groups">
      <legend>{fe('fences.groups')}</legend>
      {groups.value.map(([id, name]) => (
        <label class="check" key={id}>
          <input
            type="checkbox"
            checked={ids.includes(id)}
            onChange={(event) => {
              const rest = ids.filter((each) => each !== id);
              setValue('groupIds', event.currentTarget.checked ? [...rest, id] : rest);
            }}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

export function Watched({ mine }: { mine: Draft }) {
  const { applies, groupIds, deviceIds } = mine.values;
  const choices = [
    ['all', fe('fences.watchAll')],
    ['listed', fe('fences.watchListed')],
  ] as const;
  return (
    <>
      <Segments
        label={fe('fences.watch')}
        value={applies === 'none' ? ('' as 'all') : applies}
        choices={choices}
        onChoose={(each) => setValue('applies', each)}
      />
      {applies === 'none' && <p class="hint">{fe('fences.for.none')}</p>}
      {applies === 'listed' && <Groups ids={groupIds} />}
      {applies === 'listed' && <Devices ids={deviceIds} />}
    </>
  );
}

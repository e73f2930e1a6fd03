/** Whose history it is: one vehicle or up to ten, each with its colour. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { plateRank } from '../app/columns.ts';
import { fleet, tick } from '../app/fleet.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import { folded } from '../store/words.ts';
import {
  addVehicle,
  chosenIds,
  dropVehicle,
  plateOf,
  showVehicle,
  VEHICLES_MAX,
} from './chosen.ts';

/** Of a long list so many more each time that its end is reached. */
const MATCHES_MORE = 100;

/** Puts a slot into a list that is in order. */
function insert(slot: number, into: number[], rank: (slot: number) => number): void {
  let low = 0;
  let high = into.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rank(into[middle] as number) <= rank(slot)) low = middle + 1;
    else high = middle;
  }
  into.splice(low, 0, slot);
}

/** The first `most` by their plates. It is looked for with every tick: the fleet is not sorted. */
function matches(text: string, most: number): number[] {
  const word = folded(text.trim());
  const rank = plateRank();
  const found: number[] = [];
  for (let slot = 0; slot < fleet.count; slot++) {
    if (!fleet.alive[slot] || !(fleet.words[slot] as string).includes(word)) continue;
    const isFull = found.length === most;
    if (isFull && rank(slot) >= rank(found.at(-1) as number)) continue;
    if (isFull) found.pop();
    insert(slot, found, rank);
  }
  return found;
}

/** A field, and the vehicles that match it. */
export function VehicleList({ onChoose }: { onChoose: (id: string) => void }) {
  const text = useSignal('');
  const most = useSignal(MATCHES_MORE);
  const field = useRef<HTMLInputElement>(null);
  tick.value;
  useEffect(() => field.current?.focus(), []);
  const found = matches(text.value, most.value);
  const scrolled = ({ currentTarget: at }: { currentTarget: HTMLElement }) => {
    const isAtEnd = at.scrollTop + at.clientHeight >= at.scrollHeight - at.clientHeight;
    if (isAtEnd && found.length === most.value) most.value += MATCHES_MORE;
  };
  return (
    <div class="vehicle-list">
      <input
        ref={field}
        type="search"
        aria-label={t('history.find')}
        placeholder={t('history.find')}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          most.value = MATCHES_MORE;
        }}
      />
      {found.length === 0 && <p class="quiet">{t('history.noneFound')}</p>}
      <ul onScroll={scrolled}>
        {found.map((slot) => (
          <li key={slot}>
            <button
              type="button"
              class="menu-item"
              onClick={() => onChoose(fleet.texts.id[slot] ?? '')}
            >
              <StateIcon state={fleet.states[slot] as number} />
              <span class="grow">{fleet.texts.plate[slot]}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Chosen({ id, car, isOne }: { id: string; car: number; isOne: boolean }) {
  const name = plateOf(id);
  return (
    <span class={isOne ? 'vehicle-chip alone' : 'vehicle-chip'}>
      {!isOne && <i class={`car-dot car-${car}`} />}
      <span class="chip-text">{name}</span>
      {!isOne && (
        <button
          type="button"
          class="bare"
          aria-label={t('history.drop', { name })}
          title={t('history.drop', { name })}
          onClick={() => dropVehicle(id)}
        >
          <Icon name="close" size={14} />
        </button>
      )}
    </span>
  );
}

export function Vehicles() {
  const ids = chosenIds.value;
  tick.value;
  const hasOthers = fleet.size > ids.length;
  return (
    <div class="vehicles">
      {ids.map((id, car) => (
        <Chosen key={id} id={id} car={car} isOne={ids.length === 1} />
      ))}
      <span class="space" />
      {hasOthers && ids.length === 1 && (
        <Popover
          label={t('history.change')}
          class="icon-button"
          side="right"
          button={<Icon name="search" />}
        >
          <VehicleList onChoose={showVehicle} />
        </Popover>
      )}
      {hasOthers && ids.length < VEHICLES_MAX && (
        <Popover
          label={t('history.add')}
          class="icon-button"
          side="right"
          button={<Icon name="plus" />}
        >
          <VehicleList onChoose={addVehicle} />
        </Popover>
      )}
    </div>
  );
}

/** Whose history it is: one vehicle or up to ten, each with its colour. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { fleet, tick } from '../app/fleet.ts';
import { hasFilter, inFilter } from '../app/list.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { NothingMatches } from '../parts/nothing_matches.tsx';
import { Popover } from '../parts/popover.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import {
  addVehicle,
  chosenIds,
  dropVehicle,
  plateOf,
  showVehicle,
  VEHICLES_MAX,
} from './chosen.ts';
import { matches } from './matches.ts';

/** Of a long list so many more each time that its end is reached. */
const MATCHES_MORE = 100;

function NoneFound() {
  const isByFilters = hasFilter.value && inFilter.value.length === 0;
  return isByFilters ? <NothingMatches /> : <p class="quiet">{t('history.noneFound')}</p>;
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
      {found.length === 0 && <NoneFound />}
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

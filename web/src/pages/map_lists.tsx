/** Lists that stand on the map at their spot: the vehicles of a yard, the nearest ones. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { stateText } from '../app/columns.ts';
import { select } from '../app/device.ts';
import { fleet, now, tick } from '../app/fleet.ts';
import { shownState } from '../app/look.ts';
import { adjust } from '../app/navigation.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { near } from '../map/near.ts';
import { yard } from '../map/picking.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import { folded } from '../store/words.ts';
import { atSpot } from './spot.ts';

const ROWS_MAX = 50;
const SEARCH_FROM = 8;

function Row({ slot, side, onChoose }: { slot: number; side: string; onChoose: () => void }) {
  return (
    <li>
      <button type="button" class="spot-row" onClick={onChoose}>
        <StateIcon state={shownState(slot)} course={fleet.numbers.d[slot] as number} />
        <span class="spot-name">{fleet.texts.plate[slot] || fleet.texts.id[slot]}</span>
        <span class="under">{stateText(slot)}</span>
        <span class="spot-side">{side}</span>
      </button>
    </li>
  );
}

const ageOf = (slot: number) => f.age(now.value - (fleet.numbers.t[slot] as number));

interface SpotProps {
  x: number;
  y: number;
  title: string;
  onClose: () => void;
  children: preact.ComponentChildren;
}

function Spot({ x, y, title, onClose, children }: SpotProps) {
  const host = useRef<HTMLElement>(null);
  useEffect(() => host.current?.querySelector<HTMLElement>('input, .spot-row')?.focus(), []);
  const closeByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };
  return (
    <section class="spot" ref={host} style={atSpot(x, y)} aria-label={title} onKeyDown={closeByKey}>
      <div class="spot-head">
        <b>{title}</b>
        <IconButton label={t('drawer.close')} onClick={onClose}>
          <Icon name="close" size={16} />
        </IconButton>
      </div>
      {children}
    </section>
  );
}

/** The vehicles of one spot, which the map cannot show apart. */
export function Yard() {
  const text = useSignal('');
  const open = yard.value;
  tick.value;
  if (open === null) return null;
  const close = () => {
    text.value = '';
    yard.value = null;
  };
  const word = folded(text.value.trim());
  const there = open.slots.filter((slot) => fleet.alive[slot]);
  const found = there.filter((slot) => (fleet.words[slot] ?? '').includes(word));
  return (
    <Spot {...open} title={t('map.yard', { n: there.length })} onClose={close}>
      {there.length >= SEARCH_FROM && (
        <input
          type="search"
          aria-label={t('search.label')}
          placeholder={t('search.label')}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      )}
      <ul class="spot-list">
        {found.slice(0, ROWS_MAX).map((slot) => (
          <Row
            key={slot}
            slot={slot}
            side={ageOf(slot)}
            onChoose={() => {
              close();
              select(slot);
            }}
          />
        ))}
      </ul>
      {found.length > ROWS_MAX && (
        <button type="button" class="spot-more" onClick={() => adjust({ q: text.value })}>
          {t('map.yardMore', { n: found.length - ROWS_MAX })}
        </button>
      )}
    </Spot>
  );
}

/** The vehicles nearest to a place, with how far they are. */
export function Nearest() {
  const open = near.value;
  tick.value;
  if (open === null) return null;
  const close = () => {
    near.value = null;
  };
  return (
    <Spot {...open} title={t('map.nearest')} onClose={close}>
      {open.found.length === 0 && <p class="quiet">{t('map.nearestNone')}</p>}
      <ul class="spot-list">
        {open.found.map(({ slot, km }) => (
          <Row
            key={slot}
            slot={slot}
            side={`${f.distance(km)} · ${ageOf(slot)}`}
            onChoose={() => select(slot)}
          />
        ))}
      </ul>
    </Spot>
  );
}

/** The head of the drawer: which vehicle it is, how it is, and where to go from it. */

import { stateText } from '../app/columns.ts';
import { select, stepBy, toggleFocus, unselect } from '../app/device.ts';
import { fleet, focus, now } from '../app/fleet.ts';
import { shownState } from '../app/look.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { Icon, Star } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import { MOVING, NEVER } from '../store/state.ts';

/** "Moving 38 min · 96 km/h · NE · fix 4 s ago". */
function stateLine(slot: number): string {
  const { n, v, d, t: taken } = fleet.numbers;
  const state = fleet.states[slot] as number;
  if (state === NEVER) return stateText(slot);
  const since = now.value - (n[slot] as number);
  const parts = [Number.isNaN(since) ? stateText(slot) : `${stateText(slot)} ${f.age(since)}`];
  if (state === MOVING) parts.push(f.speed(v[slot] as number), f.course(d[slot] as number));
  parts.push(t('drawer.fixAge', { age: f.age(now.value - (taken[slot] as number)) }));
  return parts.join(' · ');
}

export function DrawerHead({ slot }: { slot: number }) {
  const isMarked = focus.value.has(fleet.index[slot] as number);
  const previous = stepBy(-1);
  const next = stepBy(1);
  return (
    <div class="drawer-head">
      <div class="drawer-title">
        <h2>{fleet.texts.plate[slot]}</h2>
        <IconButton
          label={t(isMarked ? 'drawer.unmark' : 'drawer.mark')}
          onClick={() => void toggleFocus(slot)}
        >
          <Star isFilled={isMarked} />
        </IconButton>
        <IconButton
          label={t('drawer.previous')}
          off={previous === slot}
          onClick={() => select(previous)}
        >
          <Icon name="up" />
        </IconButton>
        <IconButton label={t('drawer.next')} off={next === slot} onClick={() => select(next)}>
          <Icon name="down" />
        </IconButton>
        <IconButton label={t('drawer.close')} onClick={unselect}>
          <Icon name="close" />
        </IconButton>
      </div>
      <p class="drawer-state">
        <StateIcon state={shownState(slot)} course={fleet.numbers.d[slot] as number} />
        <span>{stateLine(slot)}</span>
      </p>
    </div>
  );
}

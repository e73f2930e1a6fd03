/** The heading of a group in the list: its name, and how many of each state are in it. */
import { foldGroup } from '../app/list.ts';
import { count, t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { StateIcon } from '../parts/state_icon.tsx';
import type { Section } from '../store/groups.ts';
import { STATE_NAMES, STATES_SHOWN } from '../store/state.ts';

export function Heading({ section, place, top }: { section: Section; place: number; top: number }) {
  const name = section.name || t('table.noGroup');
  return (
    <div
      class="row heading"
      role="row"
      aria-rowindex={place + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" class="heading-cell">
        <button
          type="button"
          class="bare heading-button"
          aria-expanded={!section.isFolded}
          title={t(section.isFolded ? 'table.unfold' : 'table.fold', { name })}
          onClick={() => foldGroup(section.group)}
        >
          <Icon name={section.isFolded ? 'right' : 'down'} size={16} />
          <b>{name}</b>
          <span class="heading-count">{count(section.count)}</span>
        </button>
        <span class="heading-states">
          {STATES_SHOWN.filter((state) => section.counts[state]).map((state) => (
            <span key={state} title={t(`state.${STATE_NAMES[state] ?? 'never'}`)}>
              <StateIcon state={state} />
              {count(section.counts[state] ?? 0)}
            </span>
          ))}
        </span>
      </div>
    </div>
  );
}

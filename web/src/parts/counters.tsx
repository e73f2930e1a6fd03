/** The counters of states, which are filters: a click shows only these, Ctrl adds, again clears. */
import { chooseState, showAllStates } from '../app/filters.ts';
import { shown } from '../app/fleet.ts';
import { counts, query, total } from '../app/list.ts';
import { count, t } from '../i18n/text.ts';
import { ALARM, NEVER, STATE_NAMES, STATES_SHOWN, stateBit } from '../store/state.ts';
import { StateIcon } from './state_icon.tsx';

/** The word, which a narrow bar leaves out, and what is to be known. */
function hintOf(state: number): string {
  const hint = t(state === ALARM ? 'state.hint.alarm' : 'state.hint.add');
  return `${t(`state.${STATE_NAMES[state] ?? 'never'}`)} · ${hint}`;
}

/** While the fleet is not known, its counts are not zero. */
function tally(n: number): string {
  return shown.value === 'nothing' ? t('none') : count(n);
}

export function Counters() {
  const chosen = query.value.states;
  return (
    <div class="counters" role="group" aria-label={t('column.state')}>
      <button type="button" class="chip" aria-pressed={chosen === 0} onClick={showAllStates}>
        {t('state.all')} <b>{tally(total.value)}</b>
      </button>
      {STATES_SHOWN.map((state) => {
        const n = counts.value[state] ?? 0;
        const isOn = (chosen & stateBit(state)) !== 0;
        if (state === NEVER && n === 0 && !isOn) return null;
        return (
          <button
            type="button"
            class={`chip ${STATE_NAMES[state]}${n === 0 ? ' none' : ''}`}
            key={state}
            aria-pressed={isOn}
            title={hintOf(state)}
            onClick={(event) => chooseState(state, event.ctrlKey || event.metaKey)}
          >
            <StateIcon state={state} />
            <span class="word">{t(`state.${STATE_NAMES[state] ?? 'never'}`)}</span>{' '}
            <b>{tally(n)}</b>
          </button>
        );
      })}
    </div>
  );
}

/** The filter by state, as the counters and the keys set it. */
import { stateBit, stateNames } from '../store/state.ts';
import { query } from './list.ts';
import { adjust } from './navigation.ts';

/** Which states are shown after a click on one: it alone, all after the second; or one more. */
export function statesAfter(shown: number, state: number, adds: boolean): number {
  const bit = stateBit(state);
  if (adds) return shown ^ bit;
  return shown === bit ? 0 : bit;
}

export function chooseState(state: number, adds: boolean): void {
  adjust({ f: stateNames(statesAfter(query.value.states, state, adds)).join(',') });
}

export function showAllStates(): void {
  adjust({ f: '' });
}

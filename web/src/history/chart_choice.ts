/** What the chart shows: two values at most, the last two that were chosen. */
import { signal } from '@preact/signals';
import { keep, kept } from '../app/settings.ts';
import { SERIES, type Series } from './chart.ts';

const SHOWN_MAX = 2;

function keptSeries(): Series[] {
  const names = kept('chart').split(',');
  const found = SERIES.filter((each) => names.includes(each)).slice(0, SHOWN_MAX);
  return found.length > 0 ? found : ['speed'];
}

export const chosenSeries = signal<Series[]>(keptSeries());
/** On a phone, where the chart is put away. */
export const chartIsOpen = signal(false);

/** One is always shown. */
export function toggleSeries(name: Series): void {
  const others = chosenSeries.value.filter((each) => each !== name);
  const isOn = others.length < chosenSeries.value.length;
  if (isOn && others.length === 0) return;
  chosenSeries.value = isOn ? others : [...others, name].slice(-SHOWN_MAX);
  keep('chart', chosenSeries.value.join(','));
}

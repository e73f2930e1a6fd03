/** What of the map is shown, as a person chose it in the layer menu; kept on this browser. */
import { effect, signal } from '@preact/signals';
import { keep, kept } from '../app/settings.ts';

export const FENCE_LEVELS = ['off', 'outline', 'filled'] as const;
export type FenceLevel = (typeof FENCE_LEVELS)[number];

export const hasLabels = signal(kept('map.labels') !== '0');
export const hasClusters = signal(kept('map.clusters') !== '0');
export const hasTrail = signal(kept('map.trail') !== '0');
/** Those that have been offline for more than two days. */
export const hasLongGone = signal(kept('map.gone') !== '0');
export const onlyAlarms = signal(false);
export const hasLegend = signal(kept('map.legend') !== '0');
export const fenceLevel = signal<FenceLevel>(
  FENCE_LEVELS.find((level) => level === kept('map.fences')) ?? 'outline',
);

/** Keeps what is chosen, until the answer is called. */
export function followChoices(): () => void {
  const switches = [
    ['labels', hasLabels],
    ['clusters', hasClusters],
    ['trail', hasTrail],
    ['gone', hasLongGone],
    ['legend', hasLegend],
  ] as const;
  const ends = switches.map(([name, chosen]) =>
    effect(() => keep(`map.${name}`, chosen.value ? '' : '0')),
  );
  ends.push(effect(() => keep('map.fences', fenceLevel.value)));
  return () => {
    for (const end of ends) end();
  };
}

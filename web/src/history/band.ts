/** The state of a vehicle over time, as the stretches of a band. */

import type { Stretch } from '../i18n/day.ts';
import type { Entry } from './spans.ts';
import { IDLE_NOW, MOVING_NOW, type Track } from './track.ts';

export type BandState = 'moving' | 'idle' | 'parked' | 'gap';

export interface Part extends Stretch {
  state: BandState;
}

/** A moving vehicle that is silent for longer: nobody knows what it did. */
const SILENCE_S = 600;

const STATES: Record<number, BandState> = {
  1: 'parked',
  [IDLE_NOW]: 'idle',
  [MOVING_NOW]: 'moving',
};

function add(parts: Part[], state: BandState, fromS: number, toS: number): void {
  if (toS <= fromS) return;
  const last = parts.at(-1);
  if (last?.state === state && last.toS === fromS) last.toS = toS;
  else parts.push({ state, fromS, toS });
}

/** Of the fixes, between the first and the last one. */
function partsOfFixes(track: Track): Part[] {
  const parts: Part[] = [];
  const { t, s } = track.columns;
  for (let i = 0; i + 1 < track.count; i++) {
    const fromS = t[i] as number;
    const toS = t[i + 1] as number;
    const told = STATES[s[i] as number] ?? 'gap';
    add(parts, told !== 'parked' && toS - fromS > SILENCE_S ? 'gap' : told, fromS, toS);
  }
  return parts;
}

/** The parts within the stretch; before the first and behind the last fix what stops tell. */
export function bandOf(track: Track, entries: readonly Entry[], within: Stretch): Part[] {
  const fixes = partsOfFixes(track);
  const firstS = track.count > 0 ? (track.columns.t[0] as number) : within.toS;
  const lastS = track.count > 0 ? (track.columns.t[track.count - 1] as number) : within.toS;
  const stands = entries.filter(({ id, kind }) => {
    return id === track.id && (kind === 'stop' || kind === 'idle');
  });
  const parts: Part[] = [];
  const stateOf = ({ kind }: Entry): BandState => (kind === 'idle' ? 'idle' : 'parked');
  const clip = (part: Stretch, fromS: number, toS: number): [number, number] => [
    Math.max(part.fromS, fromS),
    Math.min(part.toS, toS),
  ];
  for (const stop of stands) add(parts, stateOf(stop), ...clip(stop, within.fromS, firstS));
  for (const part of fixes) add(parts, part.state, ...clip(part, within.fromS, within.toS));
  for (const stop of stands) add(parts, stateOf(stop), ...clip(stop, lastS, within.toS));
  return parts;
}

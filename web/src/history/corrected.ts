/** The corrected path beside the raw one (section 26), for one vehicle; asked for when wanted. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { call } from '../app/session.ts';
import { utcText } from '../i18n/day.ts';
import { history } from './history.ts';

export type Path = readonly { x: string; y: string }[];

export const wantsCorrected = signal(false);
/** GCJ-02. */
export const corrected = signal<Path | 'no' | 'reading' | 'failed'>('no');
/** Section 26 reads no more than 50,000 fixes, and there were as many. */
export const correctedIsCut = signal(false);

const RECORDS_MAX = 50_000;

/** An answer to what was asked before the last time is not taken. */
let turn = 0;

async function read(id: string, fromS: number, toS: number): Promise<void> {
  const asked = turn;
  corrected.value = 'reading';
  const fields = {
    DeviceID: id,
    StartTime: utcText(fromS),
    EndTime: utcText(toS - 1),
    ContainCorrectPath: true,
  };
  const found = await call('vehicle/GetVehicleTrace', fields).catch(() => null);
  if (asked !== turn) return;
  correctedIsCut.value = found?.total === RECORDS_MAX;
  corrected.value = found?.correct_path ?? 'failed';
}

/** Reads it anew for each history while it is wanted; the answer ends it. */
export function followCorrected(): () => void {
  const wanted = computed(() => {
    const shown = history.value;
    const isOne = shown?.tracks.length === 1 && wantsCorrected.value;
    return isOne ? `${shown.ids[0]} ${shown.fromS} ${shown.toS}` : '';
  });
  return effect(() => {
    const [id = '', fromS, toS] = wanted.value.split(' ');
    untracked(() => {
      turn++;
      corrected.value = 'no';
      if (id !== '') void read(id, Number(fromS), Number(toS));
    });
  });
}

/**
 * What the live columns do not tell of the selected vehicle: the geofences that it is in, and its
 * status in words. It is asked for while the drawer shows it, and again when the vehicle reported,
 * though not with each report of a lively one.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { selectedSlot } from './device.ts';
import { fleet, tick } from './fleet.ts';
import { onLiveAgain } from './live_again.ts';
import { address } from './navigation.ts';
import { call, isShared, phase } from './session.ts';

export interface Words {
  /** The rest was told. */
  isKnown: boolean;
  fences: string[];
  /** As section 8 has it. */
  status: string;
}

const NONE: Words = { isKnown: false, fences: [], status: '' };
const AGAIN_MS = 5000;

const told = signal<{ id: string; words: Words }>({ id: '', words: NONE });
let asked = { id: '', ms: 0 };
let timer = 0;

export function wordsOf(slot: number): Words {
  return told.value.id === fleet.texts.id[slot] ? told.value.words : NONE;
}

/** What is shown, and by which change; "": nothing. */
const subject = computed(() => {
  tick.value;
  const slot = selectedSlot.value;
  const mayBe = phase.value === 'in' && !isShared.value; // of a share nothing shows them
  const isShown = mayBe && slot >= 0 && address.value.tab === '';
  return isShown ? `${fleet.texts.id[slot]} ${fleet.changed[slot]}` : '';
});

function readSoon(): void {
  clearTimeout(timer);
  const id = address.value.sel;
  const waitMs = asked.id === id ? Math.max(0, asked.ms + AGAIN_MS - performance.now()) : 0;
  timer = window.setTimeout(() => void read(id), waitMs);
}

let turn = 0;

async function read(id: string): Promise<void> {
  const own = ++turn;
  const slot = fleet.slotOfId(id);
  if (slot < 0 || address.value.sel !== id || phase.value !== 'in') return;
  asked = { id, ms: performance.now() };
  const plate = fleet.texts.plate[slot] ?? '';
  const found = await Promise.all([
    call('vehicle/GetVehicleRegion', { VehiclePlates: plate }),
    call('vehicle/GetCurrentVehicleInfoByDeviceIDs', {
      DeviceIDs: id,
    }),
  ]).catch(() => null);
  if (own !== turn || phase.value !== 'in') return;
  if (found === null) {
    asked = { id: '', ms: 0 }; // it may stand for hours, and say nothing that asks again
    return;
  }
  const [regions, states] = found;
  const fences = regions.data.map((row) => row.RegionName);
  told.value = {
    id,
    words: { isKnown: true, fences, status: states.data[0]?.StatusDes ?? '' },
  };
}

export function followWords(): void {
  effect(() => {
    if (subject.value !== '') untracked(readSoon);
  });
  onLiveAgain(() => {
    if (subject.peek() !== '' && asked.id === '') readSoon();
  });
  effect(() => {
    if (phase.value === 'login') told.value = { id: '', words: NONE };
  });
}

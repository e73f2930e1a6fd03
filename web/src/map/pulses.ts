/** Which vehicles came into alarm a moment ago: their markers pulse. */
import type { Fleet } from '../store/fleet.ts';
import { GLIDE_MS, PULSES } from './shaders.ts';

export class Pulses {
  /** Slots, and since when, ms. */
  readonly since = new Map<number, number>();
  private known = new Uint32Array(0);
  private owners = new Float64Array(0);
  private version = -1;

  /** Looks for alarms that were not there before; whether there are such. */
  look(fleet: Fleet, isWanted: boolean, atMs: number): boolean {
    let hasNews = false;
    for (const [slot, sinceMs] of this.since) {
      if (atMs - sinceMs > PULSES * GLIDE_MS) this.since.delete(slot);
    }
    const before = this.known;
    if (before.length < fleet.alarms.length) {
      this.known = new Uint32Array(fleet.alarms.length);
      this.known.set(before);
      const owners = this.owners;
      this.owners = new Float64Array(fleet.alarms.length).fill(Number.NaN);
      this.owners.set(owners);
    }
    const { known, owners } = this;
    const { alarms, index } = fleet;
    const slots = fleet.touchedSince(this.version);
    this.version = fleet.version;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      const bits = alarms[slot] as number;
      const isSame = owners[slot] === index[slot];
      const isNew = isSame && (bits & ~(known[slot] as number)) !== 0;
      known[slot] = bits;
      owners[slot] = index[slot] as number;
      if (!isNew || !isWanted) continue;
      this.since.set(slot, atMs);
      hasNews = true;
    }
    return hasNews;
  }
}

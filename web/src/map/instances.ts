/**
 * The numbers of what is drawn, quad by quad in the order in which it is: the vehicles, with what
 * is around each. Made anew with every change; the array stays, and nothing is made per vehicle.
 */

import { FLAG_NOT_GPS } from '../store/columns.ts';
import type { Fleet } from '../store/fleet.ts';
import { MOVING, OFFLINE } from '../store/state.ts';
import { ICON, ICON_OF_STATE } from './atlas.ts';
import { PLACE_FLOATS, type Positions } from './positions.ts';

export const QUAD_FLOATS = 12;
const OVERDUE_INTERVALS = 3;
const LONG_GONE_S = 48 * 3600;
const ENLARGED = 2;

export interface Look {
  selected: number;
  followed: ReadonlySet<number>;
  hovered: number;
  /** Server's time, epoch seconds. */
  now: number;
  /** Those in alarm that pulse, and since when, ms. */
  pulses: ReadonlyMap<number, number>;
}

export class Instances {
  data = new Float32Array(QUAD_FLOATS * 256);
  count = 0;
  private fleet: Fleet | null = null;
  private positions: Positions | null = null;

  /** `state` is the one that is drawn. */
  fill(fleet: Fleet, positions: Positions, order: Int32Array, state: Uint8Array, look: Look): void {
    this.fleet = fleet;
    this.positions = positions;
    this.count = 0;
    const hasRings = look.hovered >= 0 || look.selected >= 0 || look.followed.size > 0;
    for (const slot of order) {
      this.makeRoom();
      if (look.pulses.size > 0) this.pulse(slot, look);
      if (hasRings) this.rings(slot, look);
      this.vehicle(slot, state[slot] as number, look);
    }
  }

  private pulse(slot: number, look: Look): void {
    const since = look.pulses.get(slot);
    if (since === undefined) return;
    this.put(slot, ICON.pulse, 1);
    this.data[(this.count - 1) * QUAD_FLOATS + 8] = since;
  }

  private rings(slot: number, look: Look): void {
    if (slot === look.selected) this.put(slot, ICON.selected, 1);
    else if (look.followed.has(slot)) this.put(slot, ICON.followed, 1);
    else if (slot === look.hovered) this.put(slot, ICON.hovered, 1);
  }

  private vehicle(slot: number, drawn: number, look: Look): void {
    const fleet = this.fleet as Fleet;
    const { f, t, p } = fleet.numbers;
    const state = fleet.states[slot] as number;
    const isCoarse = ((f[slot] as number) & FLAG_NOT_GPS) !== 0;
    const age = look.now - (t[slot] as number);
    const isOld = state === MOVING && age > OVERDUE_INTERVALS * (p[slot] as number);
    let alpha = 1;
    if (state === OFFLINE && fleet.alarms[slot]) alpha = 0.6;
    else if (state === OFFLINE && age > LONG_GONE_S) alpha = 0.4;
    else if (isOld) alpha = 0.6;
    if (isCoarse) {
      this.put(slot, ICON.coarse, 1);
      alpha *= 0.5;
    }
    const large = slot === look.selected ? ENLARGED : 0;
    if (fleet.alarms[slot] && state === MOVING) this.put(slot, ICON.tick, alpha);
    this.put(slot, ICON_OF_STATE[drawn] as number, alpha + large);
    if (isOld) this.put(slot, ICON.clock, 1);
  }

  private put(slot: number, icon: number, alpha: number): void {
    const { places, times, courses } = this.positions as Positions;
    const { data } = this;
    const o = this.count++ * QUAD_FLOATS;
    const s = slot * PLACE_FLOATS;
    data[o] = places[s] as number;
    data[o + 1] = places[s + 1] as number;
    data[o + 2] = places[s + 2] as number;
    data[o + 3] = places[s + 3] as number;
    data[o + 4] = places[s + 4] as number;
    data[o + 5] = places[s + 5] as number;
    data[o + 6] = places[s + 6] as number;
    data[o + 7] = places[s + 7] as number;
    data[o + 8] = times[slot] as number;
    data[o + 9] = courses[slot] as number;
    data[o + 10] = icon;
    data[o + 11] = alpha;
  }

  /** For one more vehicle with all that may be around it. */
  private makeRoom(): void {
    if ((this.count + 8) * QUAD_FLOATS <= this.data.length) return;
    const longer = new Float32Array(this.data.length * 2);
    longer.set(this.data);
    this.data = longer;
  }
}

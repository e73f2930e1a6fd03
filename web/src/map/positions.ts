/**
 * Where each vehicle is drawn, by slot: its place in Mercator, and the way to it from the place
 * before, as the numbers of 32 bits that the graphics card has. A number of Mercator is two of
 * these, a high and a low part, so that nothing jumps by metres at the highest zoom.
 */
import type { Fleet } from '../store/fleet.ts';
import { mercatorX, mercatorY } from './mercator.ts';

/** From x, y high; x, y low; to x, y high; x, y low. */
export const PLACE_FLOATS = 8;
/** A longer way is no drive that can be shown: about 3 km. */
const JUMP = 1e-4;

export type Projection = (lon: number, lat: number) => [number, number];

export class Positions {
  /** Mercator; NaN: it has no place. */
  x = new Float64Array(0);
  y = new Float64Array(0);
  places = new Float32Array(0);
  /** When it began to move to where it is, ms; and the direction, degrees. */
  times = new Float32Array(0);
  courses = new Float32Array(0);
  private owners = new Float64Array(0);
  /** What a place was made of: most who report stand where they stood. */
  private fromX = new Float64Array(0);
  private fromY = new Float64Array(0);
  private version = 0;

  /** All places are to be made anew: the projection is another. */
  reset(): void {
    this.version = 0;
    this.owners.fill(Number.NaN);
    this.fromX.fill(Number.NaN);
  }

  /** Takes in what changed since the last time; whether any vehicle is at another place. */
  update(fleet: Fleet, atMs: number, glides: boolean, toBase: Projection | null): boolean {
    this.makeRoom(fleet.index.length);
    const { x, y, d } = fleet.numbers;
    const { courses, owners, fromX, fromY } = this;
    const slots = fleet.touchedSince(this.version);
    let hasMoved = false;
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number;
      const isSame = owners[slot] === fleet.index[slot];
      owners[slot] = fleet.index[slot] as number;
      courses[slot] = d[slot] as number;
      if (fromX[slot] === x[slot] && fromY[slot] === y[slot]) continue;
      fromX[slot] = x[slot] as number;
      fromY[slot] = y[slot] as number;
      let lon = (x[slot] as number) / 1e6;
      let lat = (y[slot] as number) / 1e6;
      if (toBase !== null) [lon, lat] = toBase(lon, lat);
      if (this.put(slot, mercatorX(lon), mercatorY(lat), glides && isSame, atMs)) hasMoved = true;
    }
    this.version = fleet.version;
    return hasMoved;
  }

  private put(slot: number, x: number, y: number, glides: boolean, atMs: number): boolean {
    const oldX = this.x[slot] as number;
    const oldY = this.y[slot] as number;
    if (oldX === x && oldY === y) return false;
    this.x[slot] = x;
    this.y[slot] = y;
    const p = this.places;
    const o = slot * PLACE_FLOATS;
    const isNear = Math.abs(x - oldX) < JUMP && Math.abs(y - oldY) < JUMP;
    const highX = Math.fround(x);
    const highY = Math.fround(y);
    p[o] = glides && isNear ? (p[o + 4] as number) : highX;
    p[o + 1] = glides && isNear ? (p[o + 5] as number) : highY;
    p[o + 2] = glides && isNear ? (p[o + 6] as number) : x - highX;
    p[o + 3] = glides && isNear ? (p[o + 7] as number) : y - highY;
    p[o + 4] = highX;
    p[o + 5] = highY;
    p[o + 6] = x - highX;
    p[o + 7] = y - highY;
    this.times[slot] = glides && isNear ? atMs : -1e9;
    return true;
  }

  private makeRoom(room: number): void {
    if (this.x.length >= room) return;
    this.x = longer(this.x, room).fill(Number.NaN, this.x.length);
    this.y = longer(this.y, room).fill(Number.NaN, this.y.length);
    this.owners = longer(this.owners, room).fill(Number.NaN, this.owners.length);
    this.fromX = longer(this.fromX, room).fill(Number.NaN, this.fromX.length);
    this.fromY = longer(this.fromY, room).fill(Number.NaN, this.fromY.length);
    this.places = longer(this.places, room * PLACE_FLOATS);
    this.times = longer(this.times, room);
    this.courses = longer(this.courses, room);
  }
}

function longer<T extends Float64Array | Float32Array>(old: T, room: number): T {
  const made = new (old.constructor as new (length: number) => T)(room);
  made.set(old);
  return made;
}

/** What the pointer is on, on the map: vehicles, clusters, or the ground; and what a click does. */
import { effect, signal } from '@preact/signals';
import type { MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { select, selectedSlot } from '../app/device.ts';
import { fleet } from '../app/fleet.ts';
import { toggleFollow } from '../app/follow.ts';
import { hovered } from '../app/hover.ts';
import { isShared } from '../app/session.ts';
import { fitBounds } from './camera.ts';
import { onMap, order, positions, vehicleMode } from './fleet_view.ts';
import { clusters } from './gathering.ts';
import { discAt, hitsAt } from './hits.ts';
import { isDrawnOn, type MapClick, mapReady, onMapClick } from './map.ts';
import { latOf, lonOf } from './mercator.ts';
import { radiusOf } from './radius.ts';
import { windowNow } from './window.ts';

const REACH = 14;
const TOUCH_REACH = 22;
/** Closer than this, vehicles cannot be told apart. */
const HEAP = 6;
/** A cluster that is smaller than this at the largest zoom that makes sense is a yard. */
const YARD_PIXELS = 160;
const SPLIT_SCALE = 512 * 2 ** 17;

/** Vehicles at one spot, for a list of them there. */
export interface Yard {
  x: number;
  y: number;
  slots: number[];
}
export const yard = signal<Yard | null>(null);

/** A right click, or a long press: of a vehicle, or -1. WGS-84. */
export interface MenuAt {
  x: number;
  y: number;
  lon: number;
  lat: number;
  slot: number;
}
export const menuAt = signal<MenuAt | null>(null);

const coarse = matchMedia('(pointer: coarse)');

interface Picked {
  slots: number[];
  cluster: number;
}

export function pickAt(map: MapLibreMap, x: number, y: number): Picked {
  const window = windowNow(map);
  const reach = coarse.matches ? TOUCH_REACH : REACH;
  const slots = hitsAt(order, positions.x, positions.y, window, [x, y], reach);
  const radius = (disc: number) => radiusOf(clusters.sizes[disc] as number);
  const cluster =
    slots.length > 0 ? -1 : discAt(clusters.count, clusters.x, clusters.y, radius, window, [x, y]);
  return { slots, cluster };
}

/** The vehicles of a heap under the nearest one that was hit. */
function heapOf(map: MapLibreMap, slots: number[], click: MapClick): number[] {
  const [first] = slots;
  if (first === undefined) return [];
  const { x, y } = map.project([
    lonOf(positions.x[first] as number),
    latOf(positions.y[first] as number),
  ]);
  const window = windowNow(map);
  const at: [number, number] =
    Math.hypot(x - click.x, y - click.y) < 50 ? [x, y] : [click.x, click.y];
  return hitsAt(order, positions.x, positions.y, window, at, HEAP);
}

function openCluster(cluster: number, click: MapClick): void {
  const [west, north, east, south] = clusters.boxOf(cluster, positions.x, positions.y);
  const size = Math.max(east - west, south - north) * SPLIT_SCALE;
  if (size < YARD_PIXELS) {
    const slots = [...onMap].filter((slot) => clusters.of(slot) === cluster);
    yard.value = { x: click.x, y: click.y, slots };
    return;
  }
  fitBounds([lonOf(west), latOf(south), lonOf(east), latOf(north)], 18);
}

function choose(slot: number): void {
  const id = fleet.texts.id[slot];
  if (id === undefined) return;
  if (slot !== selectedSlot.peek()) select(slot);
  else if (!isShared.peek()) toggleFollow(id); // whose map goes with it all the time
}

function click(at: MapClick): boolean {
  const map = mapReady.peek();
  const wasOpen = yard.value !== null || menuAt.value !== null;
  yard.value = null;
  menuAt.value = null;
  if (!map || vehicleMode.peek() !== 'full') return wasOpen;
  const { slots, cluster } = pickAt(map, at.x, at.y);
  if (at.isRight) {
    if (isShared.peek()) return true;
    menuAt.value = { x: at.x, y: at.y, lon: at.lon, lat: at.lat, slot: slots[0] ?? -1 };
    return true;
  }
  const heap = heapOf(map, slots, at);
  if (heap.length > 1) yard.value = { x: at.x, y: at.y, slots: heap };
  else if (slots[0] !== undefined) choose(slots[0]);
  else if (cluster >= 0) openCluster(cluster, at);
  return slots.length > 0 || cluster >= 0;
}

let frame = 0;

function point(event: MapMouseEvent): void {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    const map = mapReady.peek();
    const isDeaf = isDrawnOn.peek() || vehicleMode.peek() === 'none';
    if (!map || map !== event.target || isDeaf) return;
    const { slots, cluster } = pickAt(map, event.point.x, event.point.y);
    hovered.value = slots[0] ?? -1;
    map.getCanvas().style.cursor = slots.length > 0 || cluster >= 0 ? 'pointer' : '';
  });
}

/** Hears the pointer, until the answer is called. */
export function pickVehicles(): () => void {
  const leave = () => {
    hovered.value = -1;
  };
  const close = () => {
    yard.value = null;
    menuAt.value = null;
  };
  const ends = [
    onMapClick(click),
    effect(() => {
      const map = mapReady.value;
      if (!map) return undefined;
      map.on('mousemove', point);
      map.on('mouseout', leave);
      map.on('movestart', close);
      return () => {
        map.off('mousemove', point);
        map.off('mouseout', leave);
        map.off('movestart', close);
      };
    }),
  ];
  return () => {
    for (const end of ends) end();
    close();
    leave();
  };
}

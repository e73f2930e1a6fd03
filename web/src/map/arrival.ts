/**
 * Where the map looks without being moved by hand: at first at what the address says, or at the
 * fleet; then at what is selected, where that is hidden. The address says where it looks.
 */
import { effect, signal, untracked } from '@preact/signals';
import { selectedSlot } from '../app/device.ts';
import { fleet, shown } from '../app/fleet.ts';
import { followed } from '../app/follow.ts';
import { inFilter } from '../app/list.ts';
import { address, adjust } from '../app/navigation.ts';
import { isWall, pageShown } from '../app/page.ts';
import { takeTarget, target } from '../app/target.ts';
import { toBase } from './base.ts';
import { type Box, fitBounds, goNear, goTo, keepUncovered, lookAt, uncover } from './camera.ts';
import { boxAround } from './extent.ts';
import { pause } from './following.ts';
import { mapReady, viewNow } from './map.ts';
import { boundsSaid } from './place.ts';
import { parseView } from './view.ts';

const NEAR_ZOOM = 13;

/** Where a vehicle is, on the base map; null: nowhere. */
export function placeOnBase(slot: number): [number, number] | null {
  const lon = (fleet.numbers.x[slot] as number) / 1e6;
  const lat = (fleet.numbers.y[slot] as number) / 1e6;
  return slot < 0 || Number.isNaN(lon) || Number.isNaN(lat) ? null : toBase(lon, lat);
}

function boxOf(slots: Int32Array): Box | null {
  const places: [number, number][] = [];
  for (const slot of slots) {
    const place = placeOnBase(slot);
    if (place) places.push(place);
  }
  return boxAround(places);
}

/** Shows all vehicles that the filters leave; the enterprise's country where none has a place. */
export function fitFleet(duration?: number): void {
  const box = boxOf(inFilter.peek()) ?? boundsSaid();
  if (box) fitBounds(box, undefined, duration);
}

/** The map, and what it shows, are there: it looks where it was sent. */
export const hasArrived = signal(false);

function arrive(): void {
  if (hasArrived.peek() || !mapReady.value || shown.value === 'nothing') return;
  const isFitted = pageShown.value === 'history' && address.peek().sel === ''; // until one is chosen
  if (isFitted && !hasFitted) fitFleet(0);
  hasFitted = isFitted;
  if (pageShown.value !== 'map') return; // others have a view of their own
  hasArrived.value = true;
  if (parseView(address.peek().v)) return;
  const place = placeOnBase(selectedSlot.peek());
  if (place) goTo(...place, NEAR_ZOOM, 0);
  else fitFleet(0);
}

const TARGET_ZOOMS = { place: 11, point: 15, fence: 14 } as const;
/** The vehicle that was shown because it was selected, or searched for; '': none since. */
let shownId = '';
/** The history, with nothing chosen, has shown all. */
let hasFitted = false;

/** Goes where the search wants to. */
function takeWanted(): void {
  if (target.value === null || !mapReady.value || shown.value === 'nothing') return;
  const wanted = takeTarget();
  if (wanted === null) return;
  hasArrived.value = true;
  if (wanted.kind !== 'vehicle' || !followed.peek().has(address.peek().sel)) pause();
  if (wanted.bounds) {
    const [west, south, east, north] = wanted.bounds;
    fitBounds([...toBase(west, south), ...toBase(east, north)], wanted.maxZoom);
    return;
  }
  const place = toBase(wanted.lon, wanted.lat);
  if (wanted.kind !== 'vehicle') goTo(...place, TARGET_ZOOMS[wanted.kind]);
  else {
    shownId = address.peek().sel;
    goNear(...place, NEAR_ZOOM);
  }
}

/** The view as the address has it, after a step back. */
function goBack(): void {
  const map = mapReady.peek();
  const view = parseView(address.peek().v);
  if (map && view && address.peek().v !== viewNow()) lookAt(view);
}

/** A hand was faster than the fleet: the map is theirs. */
function taken({ originalEvent }: { originalEvent?: unknown }): void {
  if (originalEvent && pageShown.peek() === 'map') hasArrived.value = true;
}

function keepView(): void {
  if (pageShown.peek() === 'map' && hasArrived.peek() && !isWall.peek()) adjust({ v: viewNow() });
}

/** Where what is selected is; null where nothing is, or on another page than the map. */
function placeSelected(): [number, number] | null {
  return pageShown.peek() === 'map' ? placeOnBase(selectedSlot.peek()) : null;
}

/** Whether the map or the selection is there first is all the same. */
function showSelected(): void {
  const { sel } = address.value;
  if (sel === '') shownId = '';
  const isThere = pageShown.value === 'map' && hasArrived.value;
  if (!mapReady.value || !isThere || selectedSlot.value < 0 || sel === shownId) return;
  // a search that goes there itself says so first
  requestAnimationFrame(() => {
    if (!mapReady.peek() || sel === shownId || sel !== address.peek().sel) return;
    shownId = sel;
    const place = placeSelected();
    if (place) uncover(...place);
  });
}

/** Follows until the answer is called. */
export function showPlaces(): () => void {
  hasArrived.value = false;
  hasFitted = false;
  shownId = '';
  addEventListener('popstate', goBack);
  const ends = [
    effect(() => {
      mapReady.value;
      shown.value;
      pageShown.value;
      untracked(arrive);
    }),
    effect(() => {
      const map = mapReady.value;
      if (!map) return undefined;
      map.on('movestart', taken);
      map.on('moveend', keepView);
      untracked(keepView); // what ended while its style was on the way
      return () => {
        map.off('movestart', taken);
        map.off('moveend', keepView);
      };
    }),
    effect(showSelected),
    keepUncovered(placeSelected),
    effect(() => {
      target.value;
      mapReady.value;
      shown.value;
      untracked(takeWanted);
    }),
    () => removeEventListener('popstate', goBack),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/**
 * The vehicles on the map: which of them are shown, gathered to clusters or not, in which order.
 * It follows the fleet, the list's filters, the selection and the view, and fills the scene of the
 * vehicle layer.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import type { MapLibreMap } from 'maplibre-gl';
import { selectedSlot } from '../app/device.ts';
import { fleet, now, shown } from '../app/fleet.ts';
import { followed } from '../app/follow.ts';
import { hovered } from '../app/hover.ts';
import { fleetSeen, inFilter } from '../app/list.ts';
import { hasMap, pageShown } from '../app/page.ts';
import { isGcj, toBase } from './base.ts';
import * as choice from './choice.ts';
import { areOutgrown, clusters, gatherInTime } from './gathering.ts';
import { mapReady } from './map.ts';
import { worldPixels } from './mercator.ts';
import { DrawOrder } from './order.ts';
import { addOverlay } from './overlays.ts';
import { Positions } from './positions.ts';
import { Pulses } from './pulses.ts';
import { GLIDE_MS, PULSES } from './shaders.ts';
import { Shown } from './shown.ts';
import { areOnTheWay, Sight } from './sight.ts';
import { Scene, VehicleLayer } from './vehicle_layer.ts';
import { windowNow } from './window.ts';

/** A page that shows something else wants the vehicles as they are now, too. */
export const othersNow = signal(false);
/** How vehicles are shown: by the monitor as they are, by other pages faded, or not at all. */
export const vehicleMode = computed<'full' | 'faded' | 'none'>(() => {
  if (pageShown.value === 'map') return 'full';
  return othersNow.value ? 'faded' : 'none';
});
/** The server is silent for long: what is shown is old. */
export const isOldPicture = signal(false);

export const scene = new Scene();
export const positions = new Positions();
const NONE = new Int32Array();
/** The slots that are drawn one by one, lowest first. */
export let order: Int32Array = NONE;
/** Slots that are on the map, in clusters or not. */
export let onMap: Int32Array = NONE;
/** Vehicles that are in sight, and those that are on the map and have a place. */
export const inView = signal(0);
export const withPlace = signal(0);
/** Rises when what is on the map was made anew. */
export const composed = signal(0);

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const pulses = new Pulses();
const onMapNow = new Shown();
const sight = new Sight();
const drawOrder = new DrawOrder();
let frame = 0;

let followedSlots: ReadonlySet<number> = new Set();
let followedKey = '';

/** The slots of those that are followed. */
export function slotsFollowed(): ReadonlySet<number> {
  const key = `${fleet.textVersion} ${[...followed.value].join(' ')}`;
  if (key !== followedKey) {
    followedKey = key;
    const slots = [...followed.value].map((id) => fleet.slotOfId(id));
    followedSlots = new Set(slots.filter((slot) => slot >= 0));
  }
  return followedSlots;
}

/** Those that the filters leave, and the selected one whatever they say; `pinned` are kept. */
function choose(selected: number, pinned: readonly number[]): Int32Array {
  const wanted = {
    onlyAlarms: choice.onlyAlarms.peek(),
    hasLongGone: choice.hasLongGone.peek(),
    now: now.peek(),
  };
  onMapNow.update(fleet, inFilter.peek(), positions.x, wanted, pinned);
  return onMapNow.withOne(fleet, selected, positions.x);
}

function compose(): void {
  const map = mapReady.peek();
  if (!map || !hasMap.peek()) return;
  const atMs = performance.now();
  const mode = vehicleMode.peek();
  const glides = !calm.matches && shown.peek() === 'fleet';
  const hasMoved = positions.update(fleet, atMs, glides, isGcj.peek() ? toBase : null);
  const hasNews = pulses.look(fleet, shown.peek() === 'fleet' && !calm.matches, atMs);
  if (hasNews) scene.untilMs = atMs + PULSES * GLIDE_MS + 50;
  const selected = selectedSlot.peek();
  const following = slotsFollowed();
  const pinned = selected >= 0 ? [selected, ...following] : [...following];
  onMap = mode === 'none' ? NONE : choose(mode === 'full' ? selected : -1, pinned);
  const window = windowNow(map);
  withPlace.value = onMap.length;
  inView.value = sight.of(onMap, positions, window, hasMoved);
  const { kept, keptVersion } = onMapNow;
  const wanted = { slots: onMap, positions, kept, keptVersion, inView: inView.peek() };
  gatherInTime(map, wanted, composeSoon);
  const urgent = { selected, followed: following };
  order = drawOrder.of(onMap, clusters, positions.x, onMapNow.drawn, urgent);
  const isSeen = hasMoved && glides && areOnTheWay(order, positions, window, atMs);
  if (isSeen) scene.untilMs = Math.max(scene.untilMs, atMs + GLIDE_MS + 50);
  paint(map);
  composed.value++;
}

/** Fills the scene; enough where only what is around vehicles changed. */
function paint(map: MapLibreMap): void {
  scene.instances.fill(fleet, positions, order, onMapNow.drawn, {
    selected: selectedSlot.peek(),
    followed: slotsFollowed(),
    hovered: hovered.peek(),
    now: now.peek(),
    pulses: pulses.since,
  });
  scene.clusters = clusters;
  scene.fade = (vehicleMode.peek() === 'faded' ? 0.4 : 1) * (isOldPicture.peek() ? 0.5 : 1);
  scene.isNew = true; // for the next frame, whoever asks for it
  const scale = worldPixels(map.getZoom());
  if (!scene.drawn.isLike(scene.instances, clusters, scene.fade, scale)) map.triggerRepaint();
}

function composeSoon(): void {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    compose();
  });
}

/** Follows all that it depends on, until the answer is called. */
export function showFleet(): () => void {
  const moved = (event: { target: MapLibreMap }) => {
    if (areOutgrown(event.target)) composeSoon();
  };
  const ends = [
    addOverlay('vehicles', {
      add: (ground) => ground.layer(new VehicleLayer(scene), 'vehicles'),
    }),
    effect(() => {
      const map = mapReady.value;
      if (!map) return undefined;
      map.on('move', moved);
      map.on('moveend', composeSoon);
      return () => {
        map.off('move', moved);
        map.off('moveend', composeSoon);
      };
    }),
    effect(() => {
      isGcj.value;
      positions.reset();
      clusters.forget();
    }),
    effect(() => {
      inFilter.value;
      fleetSeen.value;
      selectedSlot.value;
      followed.value;
      mapReady.value;
      pageShown.value;
      vehicleMode.value;
      isGcj.value;
      for (const each of [choice.hasClusters, choice.hasLongGone, choice.onlyAlarms]) each.value;
      untracked(compose);
    }),
    effect(() => {
      hovered.value;
      isOldPicture.value;
      const map = mapReady.value;
      if (map) untracked(() => paint(map));
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

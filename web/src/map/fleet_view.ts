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
import { drawOrder } from './order.ts';
import { addOverlay } from './overlays.ts';
import { Positions } from './positions.ts';
import { Pulses } from './pulses.ts';
import { GLIDE_MS, PULSES } from './shaders.ts';
import { areOnTheWay, chooseShown, countIn } from './shown.ts';
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
/** The slots that are drawn one by one, lowest first. */
export let order: Int32Array = new Int32Array();
/** Slots that are on the map, in clusters or not. */
export let onMap: Int32Array = new Int32Array();
/** The state that is drawn, by slot. */
let drawn = new Uint8Array(0);
let kept = new Uint8Array(0);
/** Vehicles that are in sight, and those that are on the map and have a place. */
export const inView = signal(0);
export const withPlace = signal(0);
/** Rises when what is on the map was made anew. */
export const composed = signal(0);

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const pulses = new Pulses();
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

function makeRoom(): void {
  if (drawn.length >= fleet.states.length) return;
  drawn = new Uint8Array(fleet.states.length);
  kept = new Uint8Array(fleet.states.length);
}

/** Those that the filters leave, and the selected one whatever they say. */
function choose(selected: number): Int32Array {
  const wanted = {
    onlyAlarms: choice.onlyAlarms.peek(),
    hasLongGone: choice.hasLongGone.peek(),
    now: now.peek(),
  };
  const filtered = inFilter.peek();
  const chosen = chooseShown(fleet, filtered, positions.x, wanted, drawn, kept, onMap);
  if (selected < 0 || chosen.includes(selected)) return chosen;
  const all = { ...wanted, onlyAlarms: false, hasLongGone: true };
  const one = chooseShown(fleet, Int32Array.of(selected), positions.x, all, drawn, kept);
  return Int32Array.from([...chosen, ...one]);
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
  makeRoom();
  onMap = mode === 'none' ? new Int32Array() : choose(mode === 'full' ? selected : -1);
  if (selected >= 0) kept[selected] = 1;
  for (const slot of following) kept[slot] = 1;
  withPlace.value = onMap.length;
  inView.value = countIn(onMap, positions.x, positions.y, windowNow(map));
  const wanted = { slots: onMap, positions, kept, inView: inView.peek() };
  gatherInTime(map, wanted, composeSoon);
  order = drawOrder(onMap, clusters, positions.x, drawn, { selected, followed: following });
  const isSeen = hasMoved && glides && areOnTheWay(order, positions, windowNow(map), atMs);
  if (isSeen) scene.untilMs = Math.max(scene.untilMs, atMs + GLIDE_MS + 50);
  paint(map);
  composed.value++;
}

/** Fills the scene; enough where only what is around vehicles changed. */
function paint(map: MapLibreMap): void {
  scene.instances.fill(fleet, positions, order, drawn, {
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

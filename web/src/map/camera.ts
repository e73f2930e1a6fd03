/** Moves the map, within what panels leave of it. Nothing happens while there is no map. */
import { effect, signal, untracked } from '@preact/signals';
import type { MapLibreMap } from 'maplibre-gl';
import { isOwn } from './base.ts';
import { mapReady } from './map.ts';
import { type Covered, coveredBy, spaceAround, type View, withinNames } from './view.ts';

const PAD_MS = 150;
const FIT_MS = 500;
/** So long behind another size of the window panels come and go by it. */
const RESIZE_MS = 500;
const EDGE = 48;
const FIT_MAX_ZOOM = 15;

const panels = new Map<string, Covered>();
/** Pixels of each side that panels lie over. */
export const covered = signal(coveredBy([]));

/** Pixels that the panel of a name covers now; the map does not move by it. The answer ends it. */
export function pad(name: string, part: Covered): () => void {
  panels.set(name, part);
  apply();
  return () => {
    if (panels.get(name) !== part) return;
    panels.delete(name);
    apply();
  };
}

type Move = (map: MapLibreMap) => void;
/**
 * What the map was moved to last, while no hand touched anything since: panels leave it there,
 * whenever they come or go. null: people look at a place, which stays where it is.
 */
let wish: Move | null = null;
/** A hand touched something while the map was on its way: it gets there, and is theirs then. */
let isTouched = false;

function start(move: Move): void {
  const map = mapReady.peek();
  if (!map) return;
  wish = move;
  isTouched = false;
  move(map);
}

function letGo(): void {
  if (mapReady.peek()?.isMoving()) isTouched = true;
  else wish = null;
}

function arrived(): void {
  if (isTouched) wish = null;
  isTouched = false;
}

const HANDS = ['pointerdown', 'wheel', 'keydown'] as const;
for (const hand of HANDS) addEventListener(hand, letGo, { capture: true, passive: true });

type Place = [lon: number, lat: number];
let placeKept: () => Place | null = () => null;

/** No panel comes to lie over the place that is asked for at each turn; the answer ends it. */
export function keepUncovered(place: () => Place | null): () => void {
  placeKept = place;
  return () => {
    if (placeKept === place) placeKept = () => null;
  };
}

function isPadded(map: MapLibreMap): boolean {
  const padding = map.getPadding();
  return Object.entries(covered.peek()).every(
    ([side, px]) => padding[side as keyof Covered] === px,
  );
}

let size = '';
let resizedMs = Number.NEGATIVE_INFINITY;

function noteSize(): void {
  const host = mapReady.peek()?.getContainer();
  const now = `${host?.clientWidth} ${host?.clientHeight}`;
  if (size !== '' && size !== now) resizedMs = performance.now();
  size = now;
}

/** The window is another now, or its panels are, while people look at the same place. */
function isResizing(map: MapLibreMap): boolean {
  const { clientWidth, clientHeight } = map.getCanvas();
  const host = map.getContainer();
  const isToCome = clientWidth !== host.clientWidth || clientHeight !== host.clientHeight;
  return isToCome || performance.now() - resizedMs < RESIZE_MS;
}

/**
 * The middle of what is left becomes the middle of the map, and stays the place that it is, unless
 * the map was sent somewhere. With another size the map keeps its middle.
 */
function apply(): void {
  covered.value = coveredBy(panels.values());
  const map = mapReady.peek();
  if (!map || isPadded(map)) return;
  const { left, right, top, bottom } = covered.peek();
  const { clientWidth, clientHeight } = map.getContainer();
  const x = (left + clientWidth - right) / 2;
  const y = (top + clientHeight - bottom) / 2;
  const center = isResizing(map) ? map.getCenter() : map.unproject([x, y]);
  const kept = placeKept();
  const wasSeen = kept !== null && !isBeyond(map, map.getPadding(), ...kept);
  const [sent, wasTouched] = [wish, isTouched];
  map.jumpTo({ center, padding: { left, right, top, bottom } });
  if (sent) start(sent);
  isTouched = wasTouched && map.isMoving();
  wish = wasTouched && !isTouched ? null : wish;
  if (wasSeen && !map.isMoving()) uncover(...kept);
}

let known: MapLibreMap | null = null;

/** A new map is where it was made to look. */
function stay(map: MapLibreMap): void {
  if (map === known) return;
  known = map;
  const view = { center: map.getCenter(), zoom: map.getZoom() };
  wish = () => map.jumpTo(view);
}

effect(() => {
  const map = mapReady.value;
  if (map === null) return;
  map.on('resize', noteSize);
  map.on('moveend', arrived);
  noteSize();
  stay(map);
  untracked(apply);
  return () => {
    map.off('resize', noteSize);
    map.off('moveend', arrived);
  };
});

export type Box = [west: number, south: number, east: number, north: number];

/**
 * Degrees of the base map. With `maxZoom` it goes as close as that, for what is drawn there, or is
 * taken apart; without, no closer than the base map tells something.
 */
export function fitBounds(box: Box, maxZoom?: number, duration = FIT_MS): void {
  const closest = maxZoom ?? withinNames(FIT_MAX_ZOOM, isOwn.peek());
  start((map) => {
    const { left, right, top, bottom } = covered.peek();
    const { clientWidth, clientHeight } = map.getContainer();
    const padding = spaceAround(clientWidth - left - right, clientHeight - top - bottom);
    map.fitBounds(box, { padding, maxZoom: closest, duration, linear: true });
  });
}

/** Goes to a place of the base map; no closer than that tells something. */
export function goTo(lon: number, lat: number, zoom: number, duration = FIT_MS): void {
  const wanted = withinNames(zoom, isOwn.peek());
  start((map) => map.easeTo({ center: [lon, lat], zoom: wanted, duration }));
}

/** As goTo(), where the map is farther out than that; else it keeps its zoom. */
export function goNear(lon: number, lat: number, zoom: number): void {
  const least = withinNames(zoom, isOwn.peek());
  start((map) =>
    map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), least), duration: FIT_MS }),
  );
}

/** Whether a place of the base map is out of what panels leave of the map, or at its edge. */
function isBeyond(map: MapLibreMap, panels: Covered, lon: number, lat: number): boolean {
  const { left = 0, right = 0, top = 0, bottom = 0 } = panels;
  const { clientWidth, clientHeight } = map.getContainer();
  const { x, y } = map.project([lon, lat]);
  const isIn = x >= left + EDGE && x <= clientWidth - right - EDGE;
  return !isIn || y < top + EDGE || y > clientHeight - bottom - EDGE;
}

/** Whether a place of the base map is out of sight or under a panel. */
export function isHidden(lon: number, lat: number): boolean {
  const map = mapReady.peek();
  return map !== null && isBeyond(map, covered.peek(), lon, lat);
}

/** Whether a place of the base map is out of the middle third of what is in sight. */
export function isOutsideMiddle(lon: number, lat: number): boolean {
  const map = mapReady.peek();
  if (!map) return false;
  const { left, right, top, bottom } = covered.peek();
  const { clientWidth, clientHeight } = map.getContainer();
  const { x, y } = map.project([lon, lat]);
  const acrossThird = (clientWidth - left - right) / 6;
  const downThird = (clientHeight - top - bottom) / 6;
  const middleX = (left + clientWidth - right) / 2;
  const middleY = (top + clientHeight - bottom) / 2;
  return Math.abs(x - middleX) > acrossThird || Math.abs(y - middleY) > downThird;
}

/** Brings a place of the base map into the middle, at the zoom that there is. */
export function centreOn(lon: number, lat: number, duration: number): void {
  start((map) => map.easeTo({ center: [lon, lat], duration }));
}

/** Brings a place of the base map into sight, where it is not. */
export function uncover(lon: number, lat: number): void {
  if (isHidden(lon, lat)) centreOn(lon, lat, PAD_MS * 2);
}

/** Shows what an address says, at once. */
export function lookAt(view: View): void {
  start((map) => map.jumpTo(view));
}

export function zoomBy(steps: number): void {
  const wanted = (mapReady.peek()?.getZoom() ?? 0) + steps;
  start((map) => map.easeTo({ zoom: wanted, duration: PAD_MS }));
}

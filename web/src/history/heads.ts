/**
 * Where the vehicles stand at the instant of the player, and where the pointer is: elements over
 * the map, moved with each frame. A source of the map would take a round by its worker for that.
 */
import { effect } from '@preact/signals';
import type { MapLibreMap } from 'maplibre-gl';
import { toBase } from '../map/base.ts';
import { uncover } from '../map/camera.ts';
import { mapReady } from '../map/map.ts';
import { history } from './history.ts';
import { hovered, isFollowing, isPlaying, playhead } from './play.ts';
import { MOVING_NOW, placeAt, type Track } from './track.ts';

const ARROW = 'M14 2.5 23 25 14 20 5 25Z';
const DISC = 'M14 6a8 8 0 1 0 .01 0Z';
const SVG = 'http://www.w3.org/2000/svg';

interface Head {
  element: HTMLElement;
  path: SVGPathElement;
}

function makeHead(look: string): Head {
  const element = document.createElement('div');
  element.className = `history-head ${look}`;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 28 28');
  const path = document.createElementNS(SVG, 'path');
  svg.append(path);
  element.append(svg);
  return { element, path };
}

function move({ element, path }: Head, map: MapLibreMap, track: Track, atS: number): void {
  const place = placeAt(track, atS);
  element.hidden = place === null || Number.isNaN(place.lon);
  if (place === null || element.hidden) return;
  const { x, y } = map.project(toBase(place.lon, place.lat));
  const moves = track.columns.s[place.index] === MOVING_NOW;
  path.setAttribute('d', moves ? ARROW : DISC);
  element.classList.toggle('unsure', place.isGap);
  const turn = moves ? ` rotate(${place.course}deg)` : '';
  element.style.transform = `translate(${x - 14}px, ${y - 14}px)${turn}`;
}

/** Keeps the first vehicle in sight while it plays. */
function follow(map: MapLibreMap, track: Track, atS: number): void {
  const place = placeAt(track, atS);
  if (place === null || Number.isNaN(place.lon)) return;
  const [lon, lat] = toBase(place.lon, place.lat);
  if (!map.isMoving()) uncover(lon, lat);
}

function lookOf(car: number, count: number): string {
  return count === 1 ? 'one' : `car-${car}`;
}

/** While the page is shown; the answer takes them away. */
export function showHeads(): () => void {
  const host = document.createElement('div');
  host.className = 'history-heads';
  const pointer = makeHead('pointer');
  let heads: Head[] = [];
  let map: MapLibreMap | null = null;

  const moveAll = () => {
    const tracks = history.peek()?.tracks ?? [];
    if (map === null) return;
    for (const [car, track] of tracks.entries()) {
      const head = heads[car];
      if (head) move(head, map, track, playhead.peek());
    }
    const first = tracks[0];
    pointer.element.hidden = Number.isNaN(hovered.peek()) || !first;
    if (first && !pointer.element.hidden) move(pointer, map, first, hovered.peek());
  };
  const ends = [
    effect(() => {
      map?.off('move', moveAll);
      map = mapReady.value;
      map?.getCanvasContainer().append(host);
      map?.on('move', moveAll);
      moveAll();
    }),
    effect(() => {
      const count = history.value?.tracks.length ?? 0;
      heads = Array.from({ length: count }, (_, car) => makeHead(lookOf(car, count)));
      host.replaceChildren(...heads.map(({ element }) => element), pointer.element);
      moveAll();
    }),
    effect(() => {
      playhead.value;
      hovered.value;
      moveAll();
      const first = history.peek()?.tracks[0];
      if (map && first && isPlaying.peek() && isFollowing.peek())
        follow(map, first, playhead.peek());
    }),
  ];
  return () => {
    for (const end of ends) end();
    map?.off('move', moveAll);
    host.remove();
  };
}

/**
 * When the vehicles on the map are gathered to clusters anew: at once where others are shown, or
 * the view has left what the clusters were made for; where they only move, every two seconds.
 */
import type { MapLibreMap } from 'maplibre-gl';
import { fleet } from '../app/fleet.ts';
import * as choice from './choice.ts';
import { Clusters, type Manner } from './clusters.ts';
import { worldPixels } from './mercator.ts';
import type { Positions } from './positions.ts';
import { type Window, windowNow } from './window.ts';

const CROWD: Manner = { cell: 72, least: 3 };
const YARD: Manner = { cell: 12, least: 4 };
const CROWD_BELOW_ZOOM = 9;
const CROWD_ABOVE = 400;
const CROWD_ANYWHERE_ABOVE = 2000;
/** Beside the view, of its size: so far the map may be moved before clusters are made anew. */
const MARGIN = 0.5;
const MOVES_MS = 2000;

export const clusters = new Clusters();

/** What there is to gather. */
export interface Gathering {
  /** Another list where others are shown; must not be written later. */
  slots: Int32Array;
  /** As of the version that the fleet has; clusters are told where all are other ones. */
  positions: Positions;
  /** By slot: whether it is never gathered; the version rises when one of them is another. */
  kept: Uint8Array;
  keptVersion: number;
  /** How many are in sight. */
  inView: number;
}

/** What the clusters were made for, of what, and when. */
let made: Window | null = null;
let madeOf: Int32Array = new Int32Array();
let madeKept = -1;
let wereWanted = false;
/** As of which version of the fleet. */
let madeAs = -1;
let madeMs = 0;
let timer = 0;

/** Half steps of the zoom: clusters stay what they are in between. */
const steady = (zoom: number) => Math.floor(zoom * 2) / 2;

/** Whether clusters were made of the same vehicles, and of the same that are kept. */
function isOfSame({ slots, keptVersion }: Gathering): boolean {
  const isWanted = choice.hasClusters.peek();
  return slots === madeOf && keptVersion === madeKept && isWanted === wereWanted;
}

/** Gathers where it is time to; else `again` is called once it is. */
export function gatherInTime(map: MapLibreMap, wanted: Gathering, again: () => void): void {
  const sinceMs = performance.now() - madeMs;
  const isSame = isOfSame(wanted);
  if (sinceMs < MOVES_MS && isSame && !areOutgrown(map)) {
    if (timer === 0) timer = window.setTimeout(again, MOVES_MS - sinceMs);
    return;
  }
  clearTimeout(timer);
  timer = 0;
  gather(map, wanted, isSame ? fleet.touchedSince(madeAs) : null);
  madeOf = wanted.slots;
  madeKept = wanted.keptVersion;
  wereWanted = choice.hasClusters.peek();
  madeAs = fleet.version;
  madeMs = performance.now();
}

/** `touched`: those that can be elsewhere or another thing than the last time; null: any. */
function gather(map: MapLibreMap, wanted: Gathering, touched: Int32Array | null): void {
  const { slots, positions, kept, inView } = wanted;
  const isFar = map.getZoom() < CROWD_BELOW_ZOOM;
  const isCrowd = inView > (isFar ? CROWD_ABOVE : CROWD_ANYWHERE_ABOVE);
  made = { ...windowNow(map, MARGIN), scale: worldPixels(steady(map.getZoom())) };
  if (!choice.hasClusters.peek()) {
    clusters.clear(positions.x.length);
    return;
  }
  const manner = isCrowd ? CROWD : YARD;
  const { x, y } = positions;
  clusters.gather(x, y, slots, kept, fleet.states, made, manner, touched);
}

/** Whether the view has left what the clusters were made for. */
export function areOutgrown(map: MapLibreMap): boolean {
  if (made === null || made.scale !== worldPixels(steady(map.getZoom()))) return true;
  const view = windowNow(map);
  const left = view.x - made.x;
  const isBeside = view.width < 1 && left - Math.floor(left) + view.width > made.width;
  return isBeside || view.y < made.y || view.y + view.height > made.y + made.height;
}

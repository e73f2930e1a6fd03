/** The names of vehicles on the map, as symbols of the map's own: it keeps them apart. */
import { effect, untracked } from '@preact/signals';
import { selectedSlot } from '../app/device.ts';
import { fleet, focus } from '../app/fleet.ts';
import { speedNow } from '../app/look.ts';
import { isWall } from '../app/page.ts';
import * as f from '../i18n/format.ts';
import { MOVING } from '../store/state.ts';
import * as choice from './choice.ts';
import { MAP_FONTS, tokenColour } from './colours.ts';
import { composed, inView, order, positions, slotsFollowed } from './fleet_view.ts';
import { clusters } from './gathering.ts';
import type { Ground } from './ground.ts';
import {
  chooseLabels,
  LABELS_FROM_ZOOM,
  LABELS_MAX,
  type Labelled,
  OFFSET_EM,
  sideClearOf,
  TEXT_PX,
} from './labels.ts';
import { mapReady } from './map.ts';
import { latOf, lonOf } from './mercator.ts';
import { addOverlay } from './overlays.ts';
import { windowNow } from './window.ts';

const SOURCE = 'vehicle-names';
/** Ranks below this are always shown. */
const ALWAYS = 2;
/** On a wall those in alarm, too, and none else. */
const ALWAYS_ON_WALL = 3;

let drawn: Ground | null = null;
let before = '';

function ranks(): (slot: number) => number {
  const selected = selectedSlot.peek();
  const followed = slotsFollowed();
  const marked = focus.peek();
  return (slot) => {
    if (slot === selected) return 0;
    if (followed.has(slot)) return 1;
    if (fleet.alarms[slot]) return 2;
    if (marked.has(fleet.index[slot] as number)) return 3;
    return fleet.states[slot] === MOVING ? 4 : 5;
  };
}

function textOf(slot: number): string {
  const plate = fleet.texts.plate[slot] || fleet.texts.id[slot] || '';
  const speed = slotsFollowed().has(slot) ? speedNow(slot) : Number.NaN;
  return Number.isNaN(speed) ? plate : `${plate}\n${f.speed(speed)}`;
}

/** Where it would hide the number of a cluster there is none, but of those that always have one. */
function nameOf({ slot, rank }: Labelled, scale: number): GeoJSON.Feature[] {
  const x = positions.x[slot] as number;
  const y = positions.y[slot] as number;
  const name = textOf(slot);
  const side = sideClearOf(clusters, x, y, name, scale) ?? (rank < ALWAYS ? 'below' : null);
  if (side === null) return [];
  const geometry = { type: 'Point' as const, coordinates: [lonOf(x), latOf(y)] };
  return [{ type: 'Feature', geometry, properties: { name, rank, side } }];
}

function names(): GeoJSON.FeatureCollection {
  const map = mapReady.peek();
  if (!map) return { type: 'FeatureCollection', features: [] };
  const isClose = map.getZoom() >= LABELS_FROM_ZOOM || inView.peek() <= LABELS_MAX;
  const showsAll = choice.hasLabels.peek() && isClose && !isWall.peek();
  const window = windowNow(map);
  const always = isWall.peek() ? ALWAYS_ON_WALL : ALWAYS;
  const { x, y } = positions;
  const chosen = chooseLabels(order, x, y, window, ranks(), always, showsAll);
  const features = chosen.flatMap((each) => nameOf(each, window.scale));
  return { type: 'FeatureCollection', features };
}

/** By the side of its marker that a name is on. */
function bySide<T>(below: T, above: T): T {
  return ['match', ['get', 'side'], 'above', above, below] as unknown as T;
}

function add(ground: Ground): void {
  const offset = (em: number) => ['literal', [0, em]] as unknown as [number, number];
  const look = {
    layout: {
      'text-field': ['get', 'name'] as unknown as string,
      'text-size': TEXT_PX,
      'text-anchor': bySide<'top' | 'bottom'>('top', 'bottom'),
      'text-offset': bySide(offset(OFFSET_EM), offset(-OFFSET_EM)),
      'symbol-sort-key': ['get', 'rank'] as unknown as number,
      'text-padding': 1,
      'text-font': MAP_FONTS,
    },
    paint: {
      'text-color': tokenColour('--t1'),
      'text-halo-color': tokenColour('--map-halo'),
      'text-halo-width': 1.6,
    },
  };
  ground.source(SOURCE, { type: 'geojson', data: names() });
  const isMain = ['<', ['get', 'rank'], ALWAYS] as unknown as boolean;
  const isRest = ['>=', ['get', 'rank'], ALWAYS] as unknown as boolean;
  ground.layer({ id: SOURCE, type: 'symbol', source: SOURCE, filter: isRest, ...look }, 'labels');
  const layout = { ...look.layout, 'text-allow-overlap': true };
  ground.layer(
    { id: `${SOURCE}-main`, type: 'symbol', source: SOURCE, filter: isMain, ...look, layout },
    'labels',
  );
  drawn = ground;
  before = '';
}

function refresh(): void {
  if (!drawn) return;
  const data = names();
  const text = JSON.stringify(data);
  if (text === before) return;
  before = text;
  drawn.setData(SOURCE, data);
}

export function showLabels(): () => void {
  const remove = addOverlay(SOURCE, {
    add,
    drop: () => {
      drawn = null;
    },
  });
  const end = effect(() => {
    composed.value;
    choice.hasLabels.value;
    untracked(refresh);
  });
  return () => {
    end();
    remove();
  };
}

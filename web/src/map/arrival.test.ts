import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MapLibreMap } from 'maplibre-gl';
import { ME } from '../../tests/lib/window.ts';
import { fleet, shown, tick } from '../app/fleet.ts';
import { followed } from '../app/follow.ts';
import { followList } from '../app/list.ts';
import { go } from '../app/navigation.ts';
import { type Me, me, phase } from '../app/session.ts';
import { goTo } from '../app/target.ts';

/** What the map asks of a page beside what all rooms do. */
const element = () => ({
  dataset: {},
  style: {},
  append() {},
  remove() {},
  getContext: () => null,
});
Object.assign(globalThis.document, { createElement: element });
Object.assign(globalThis, {
  getComputedStyle: () => ({ getPropertyValue: () => '' }),
  ResizeObserver: class {
    observe() {}
    disconnect() {}
  },
});
const { showPlaces } = await import('./arrival.ts');
const { isPaused } = await import('./following.ts');
const { mapReady } = await import('./map.ts');

/** A map of 1000 by 800 pixels, 1000 of them a degree, that tells who moves it. */
class FakeMap {
  moves: string[] = [];
  private center = { lng: 0, lat: 0 };
  private told = new Map<string, ((event: object) => void)[]>();
  on(name: string, act: (event: object) => void) {
    this.told.set(name, [...(this.told.get(name) ?? []), act]);
  }
  off() {}
  once() {}
  isMoving = () => false;
  getPadding = () => ({ left: 0, right: 0, top: 0, bottom: 0 });
  getContainer = () => ({ clientWidth: 1000, clientHeight: 800 });
  getCanvas = this.getContainer;
  getCenter = () => this.center;
  getZoom = () => 10;
  unproject = this.getCenter;
  project = ([lon, lat]: [number, number]) => ({
    x: 500 + (lon - this.center.lng) * 1000,
    y: 400 - (lat - this.center.lat) * 1000,
  });
  jumpTo = () => this.moves.push('jump');
  easeTo = () => this.moves.push('ease');
  fitBounds = () => this.moves.push('fit');

  dragAway(): void {
    dispatchEvent(new Event('pointerdown'));
    this.center = { lng: 40, lat: 10 };
    for (const name of ['movestart', 'moveend']) {
      for (const act of this.told.get(name) ?? []) act({ originalEvent: {} });
    }
    this.moves.length = 0;
  }
}

function load(indices: number[]): void {
  fleet.replace({
    i: indices,
    id: indices.map((i) => `D${i}`),
    x: indices.map((i) => i * 1e5),
    y: indices.map(() => 0),
    s: indices.map(() => 1),
  });
  shown.value = 'fleet';
  tick.value++;
}

let map = new FakeMap();
phase.value = 'in';
me.value = { ...ME, HoldID: 1 } as unknown as Me;
followList();

function putMap(): void {
  mapReady.value = null;
  mapReady.value = map as unknown as MapLibreMap;
}

beforeEach(() => {
  map = new FakeMap();
  shown.value = 'nothing';
  go({ page: 'map', sel: '', v: '' });
  putMap();
});

test('a map that a hand moved before the fleet came stays', async () => {
  const end = showPlaces();
  map.dragAway();
  load([1, 2]);
  await sleep(30);
  end();
  assert.deepEqual(map.moves, []);
});

test('a fleet that comes first is shown', () => {
  const end = showPlaces();
  load([1, 2]);
  end();
  assert.deepEqual(map.moves, ['fit']);
});

test('a fleet read anew, in which the selected one has another slot, moves no map', async () => {
  load([1, 2]);
  go({ sel: 'D2' });
  const end = showPlaces();
  await sleep(30);
  map.dragAway();
  load([2]);
  await sleep(30);
  end();
  assert.deepEqual(map.moves, []);
});

test('the history fits all once, whatever the map is made anew for', async () => {
  go({ page: 'history' });
  const end = showPlaces();
  load([1, 2]);
  assert.deepEqual(map.moves, ['fit']);
  map.dragAway();
  putMap();
  await sleep(30);
  end();
  assert.deepEqual(map.moves, []);
  map.moves.length = 0;
  const again = showPlaces(); // as after the next login
  again();
  assert.deepEqual(map.moves, ['fit']);
});

test('who looks for a place while a vehicle is followed gets there, and stays', () => {
  load([1, 2]);
  const end = showPlaces();
  followed.value = new Set(['D1']);
  isPaused.value = false;
  const wanted = { lon: 40, lat: 10, name: 'Yard' };
  go({ sel: 'D1' });
  goTo({ ...wanted, kind: 'vehicle' });
  assert.equal(isPaused.value, false, 'that vehicle');
  goTo({ ...wanted, kind: 'fence' });
  assert.equal(isPaused.value, true, 'a geofence');
  followed.value = new Set();
  end();
});

/** The way of the selected vehicle in the last half hour, fading towards its beginning. */
import { effect, untracked } from '@preact/signals';
import type { ExpressionSpecification } from 'maplibre-gl';
import { selectedSlot } from '../app/device.ts';
import { fleet, now, tick } from '../app/fleet.ts';
import { call } from '../app/session.ts';
import { zone } from '../i18n/choice.ts';
import { epochIn } from '../i18n/day.ts';
import { dateTimeIn } from '../i18n/zone.ts';
import { toBase } from './base.ts';
import * as choice from './choice.ts';
import { tokenColour } from './colours.ts';
import { vehicleMode } from './fleet_view.ts';
import type { Ground } from './ground.ts';
import { addOverlay } from './overlays.ts';

const SOURCE = 'trail';
const LAST_S = 1800;

/** `timeS`: when it was there; the trail is no longer than LAST_S. */
type Point = [lon: number, lat: number, timeS: number];

let drawn: Ground | null = null;
/** WGS-84, oldest first; and the device that it is of. */
let points: Point[] = [];
let ofId = '';

function line(): GeoJSON.FeatureCollection {
  const isShown = choice.hasTrail.peek() && vehicleMode.peek() === 'full' && points.length > 1;
  if (!isShown) return { type: 'FeatureCollection', features: [] };
  const coordinates = points.map(([lon, lat]) => toBase(lon, lat));
  const geometry = { type: 'LineString' as const, coordinates };
  return {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', geometry, properties: {} }],
  };
}

function add(ground: Ground): void {
  const colour = tokenColour('--accent');
  const casing = tokenColour('--s1');
  const fading = (of: string) =>
    [
      ...['interpolate', ['linear'], ['line-progress']],
      ...[0, tokenColour('--trail-end'), 0.6, of, 1, of],
    ] as unknown as ExpressionSpecification;
  const layout = { 'line-cap': 'round' as const, 'line-join': 'round' as const };
  ground.source(SOURCE, { type: 'geojson', lineMetrics: true, data: line() });
  ground.layer(
    {
      id: `${SOURCE}-casing`,
      type: 'line',
      source: SOURCE,
      layout,
      paint: { 'line-width': 6, 'line-gradient': fading(casing) },
    },
    'lines',
  );
  ground.layer(
    {
      id: SOURCE,
      type: 'line',
      source: SOURCE,
      layout,
      paint: { 'line-width': 3, 'line-gradient': fading(colour) },
    },
    'lines',
  );
  drawn = ground;
}

const draw = () => drawn?.setData(SOURCE, line());

async function read(id: string): Promise<void> {
  ofId = id;
  points = [];
  draw();
  if (id === '') return;
  const fields = {
    DeviceID: id,
    StartTime: dateTimeIn(zone.value, now.peek() - LAST_S),
    EndTime: dateTimeIn(zone.value, now.peek()),
  };
  const found = await call('vehicle/GetVehicleTrace', fields).catch(() => null);
  if (ofId !== id || !found) return;
  const past = found.data.map(({ Lon, Lat, GPSTime }): Point => {
    return [Number(Lon), Number(Lat), epochIn(zone.value, GPSTime)];
  });
  points = [...past, ...points];
  draw();
}

/** Takes off what is older than the trail is long; whether there was such. */
function shorten(): boolean {
  const first = points.findIndex(([, , timeS]) => !(timeS < now.peek() - LAST_S));
  const count = first < 0 ? points.length : first;
  points.splice(0, count);
  return count > 0;
}

/** The newest place of the vehicle, where it is another. */
function grow(): boolean {
  const slot = selectedSlot.peek();
  if (slot < 0 || fleet.texts.id[slot] !== ofId) return false;
  const lon = (fleet.numbers.x[slot] as number) / 1e6;
  const lat = (fleet.numbers.y[slot] as number) / 1e6;
  const last = points.at(-1);
  const isSame = last && Math.abs(last[0] - lon) < 1e-6 && Math.abs(last[1] - lat) < 1e-6;
  if (Number.isNaN(lon) || isSame) return false;
  points.push([lon, lat, fleet.numbers.t[slot] as number]);
  return true;
}

function goOn(): void {
  const isShorter = shorten();
  if (grow() || isShorter) draw();
}

export function showTrail(): () => void {
  const ends = [
    addOverlay(SOURCE, {
      add,
      drop: () => {
        drawn = null;
      },
    }),
    effect(() => {
      const slot = selectedSlot.value;
      const isWanted = choice.hasTrail.value && slot >= 0;
      const id = isWanted ? (fleet.texts.id[slot] ?? '') : '';
      untracked(() => {
        if (id !== ofId) void read(id);
      });
    }),
    effect(() => {
      tick.value;
      untracked(goOn);
    }),
    effect(() => {
      vehicleMode.value;
      untracked(draw);
    }),
  ];
  return () => {
    for (const end of ends) end();
    ofId = '';
    points = [];
  };
}

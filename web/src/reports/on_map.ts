/**
 * The row that is chosen, on the map beside the table: the way that was driven in its time, and
 * where it began; of rows without a way the place alone.
 */
import { effect, signal, untracked } from '@preact/signals';
import { collection, wayFeatures } from '../history/features.ts';
import { readAll } from '../history/history.ts';
import { boxOf } from '../history/pieces.ts';
import { emptyTrack, latOf, lonOf, type Track, withSlices } from '../history/track.ts';
import { utcText } from '../i18n/day.ts';
import { isGcj, toBase } from '../map/base.ts';
import { fitBounds } from '../map/camera.ts';
import { tokenColour } from '../map/colours.ts';
import type { Ground } from '../map/ground.ts';
import { addOverlay, mapReady } from '../map/map.ts';
import { hasWay, type ReportRow } from './kinds.ts';
import { report } from './run.ts';
import { rowChosen } from './view.ts';

const WAY = 'report-way';
const ENDS = 'report-ends';
const POINTS_MAX = 5000;
/** Half the side of what is shown around a place, degrees. */
const AROUND = 0.004;

/** The way of the row that is chosen; null: it has none, or it is not here yet. */
export const way = signal<Track | null>(null);
export const wayFailed = signal(false);

let ground: Ground | null = null;
let turn = 0;

async function readWay(row: ReportRow): Promise<void> {
  const own = ++turn;
  way.value = null;
  wayFailed.value = false;
  const kind = report.peek()?.asked.kind;
  if (kind === undefined || !hasWay(kind) || !(row.toS > row.fromS)) return;
  const found = await readAll('manage/GetTrack', {
    DeviceIDs: [row.id],
    StartTime: utcText(row.fromS),
    EndTime: utcText(row.toS),
    Columns: ['t', 'x', 'y', 'v', 'f', 's'],
    MaxPoints: POINTS_MAX,
  }).catch(() => null);
  if (own !== turn) return;
  wayFailed.value = found === null;
  if (found !== null) way.value = withSlices(emptyTrack(row.id, row.plate), found);
}

function put(lon: number, lat: number): [number, number] {
  return toBase(lon, lat);
}

function point(lon: number, lat: number, isEnd: boolean): GeoJSON.Feature {
  const geometry: GeoJSON.Point = { type: 'Point', coordinates: put(lon, lat) };
  return { type: 'Feature', geometry, properties: { isEnd } };
}

function endsOf(row: ReportRow | null, track: Track | null): GeoJSON.Feature[] {
  if (row === null) return [];
  const last = track === null ? -1 : track.columns.x.findLastIndex((x) => !Number.isNaN(x));
  if (track !== null && last >= 0) {
    const first = track.columns.x.findIndex((x) => !Number.isNaN(x));
    return [
      point(lonOf(track, first), latOf(track, first), false),
      point(lonOf(track, last), latOf(track, last), true),
    ];
  }
  return Number.isNaN(row.lon) ? [] : [point(row.lon, row.lat, true)];
}

function add(made: Ground): void {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  for (const id of [WAY, ENDS]) made.source(id, { type: 'geojson', data: collection() });
  made.layer(
    {
      ...{ id: 'report-casing', type: 'line', source: WAY, layout: round },
      paint: { 'line-color': tokenColour('--casing'), 'line-width': 8 },
    },
    'lines',
  );
  made.layer(
    {
      ...{ id: 'report-line', type: 'line', source: WAY, layout: round },
      paint: { 'line-color': tokenColour('--accent'), 'line-width': 4.5 },
    },
    'lines',
  );
  made.layer(
    {
      ...{ id: 'report-points', type: 'circle', source: ENDS },
      paint: {
        'circle-radius': 7,
        'circle-color': [
          'case',
          ['get', 'isEnd'],
          tokenColour('--accent'),
          tokenColour('--casing'),
        ],
        'circle-stroke-width': 3,
        'circle-stroke-color': [
          'case',
          ['get', 'isEnd'],
          tokenColour('--casing'),
          tokenColour('--accent'),
        ],
      },
    },
    'points',
  );
}

function draw(to: Ground): void {
  const row = rowChosen.value;
  const track = way.value;
  isGcj.value;
  to.setData(WAY, track === null ? collection() : wayFeatures(track, 0, put));
  to.setData(ENDS, collection(endsOf(row, track)));
}

function fit(row: ReportRow, track: Track | null): void {
  const box = track === null ? null : boxOf([track], row.fromS, row.toS);
  const around = Number.isNaN(row.lon)
    ? null
    : ([row.lon - AROUND, row.lat - AROUND, row.lon + AROUND, row.lat + AROUND] as const);
  const shown = box ?? around;
  if (shown === null) return;
  const [west, south] = put(shown[0], shown[1]);
  const [east, north] = put(shown[2], shown[3]);
  fitBounds([west, south, east, north]);
}

/** While the page is shown; the answer takes all off again. */
export function showOnMap(): () => void {
  const version = signal(0);
  const ends = [
    addOverlay('report', {
      add(made) {
        ground = made;
        add(made);
        version.value++;
      },
      drop() {
        ground = null;
      },
    }),
    effect(() => {
      version.value;
      if (ground) draw(ground);
    }),
    effect(() => {
      const row = rowChosen.value;
      untracked(() => {
        if (row !== null) void readWay(row);
        else turn++;
      });
    }),
    effect(() => {
      const row = rowChosen.value;
      const track = way.value;
      if (row !== null && mapReady.value !== null) untracked(() => fit(row, track));
    }),
  ];
  return () => {
    turn++;
    for (const end of ends.reverse()) end();
    way.value = null;
  };
}

/** Geofences as a file that the browser keeps, and files as geofences to be looked at. */
import { saveText } from '../app/download.ts';
import { say } from '../app/notice.ts';
import { type FenceRow, shapeOf } from './draft.ts';
import {
  type AlarmOn,
  type Found,
  readFeatures,
  type Sizes,
  type Sketch,
  writeFeatures,
} from './features.ts';
import { featuresOfKml, writeKml } from './kml.ts';
import { readFences } from './save.ts';
import { fe } from './text.ts';

export type Format = 'geojson' | 'kml';
export const FILE_MAX_MB = 8;
const MB = 1024 * 1024;
const TYPES = {
  geojson: 'application/geo+json',
  kml: 'application/vnd.google-earth.kml+xml',
} as const;

export function sketchOf(row: FenceRow): Sketch {
  return {
    ...{ name: row.RegionName, shape: shapeOf(row) },
    ...{ alarmOn: row.AlarmOn as AlarmOn, dwellS: row.DwellSeconds },
  };
}

/** A file of those that are listed, with every point of them. */
export async function exportFences(rows: readonly FenceRow[], format: Format): Promise<void> {
  const wanted = new Set(rows.map(({ PolygonID }) => PolygonID));
  const all = await readFences().catch(() => null);
  if (all === null) {
    say(fe('fences.exportFailed'));
    return;
  }
  const sketches = all.filter(({ PolygonID }) => wanted.has(PolygonID)).map(sketchOf);
  const text = format === 'kml' ? writeKml(sketches) : writeFeatures(sketches);
  saveText(`geofences.${format}`, TYPES[format], text);
}

/** A file as its kind is read: GeoJSON as a value, KML made GeoJSON; null: it is neither. */
function parse(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  if (plain.trimStart().startsWith('<')) {
    const document = new DOMParser().parseFromString(plain, 'application/xml');
    return document.querySelector('parsererror') ? null : featuresOfKml(document);
  }
  try {
    return JSON.parse(plain);
  } catch {
    return null;
  }
}

export type FileFault = 'tooLarge' | 'noFile' | 'empty';

/** What is read of a file once, so that other sizes may be tried. */
export async function readFile(file: File): Promise<{ value: unknown } | FileFault> {
  if (file.size > FILE_MAX_MB * MB) return 'tooLarge';
  const text = await file.text().catch(() => ''); // it was moved or deleted meanwhile
  const value = parse(text);
  const found = value === null ? null : readFeatures(value, { radiusM: 1, widthM: 1 });
  if (found === null) return 'noFile';
  return found.length === 0 ? 'empty' : { value };
}

export function foundIn(value: unknown, sizes: Sizes): Found[] {
  return readFeatures(value, sizes) ?? [];
}

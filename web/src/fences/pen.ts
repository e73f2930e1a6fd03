/**
 * terra-draw on the map: it draws a shape, and drags the points of one. What it makes goes into
 * draft.ts, and what is undone or typed there comes back. It knows the base map's coordinates, the
 * draft WGS-84.
 *
 *     nothing drawn yet   the mode of the kind: circle, polygon, linestring
 *     a shape             "select", with the one feature selected
 *
 * A style that is loaded anew takes its layers along, so each style has a pen of its own.
 */
import { effect, untracked } from '@preact/signals';
import type { MapLibreMap } from 'maplibre-gl';
import {
  type GeoJSONStoreFeatures,
  type HexColor,
  TerraDraw,
  TerraDrawCircleMode,
  TerraDrawLineStringMode,
  TerraDrawModeUndoRedo,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
} from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { fromBase, toBase } from '../map/base.ts';
import { tokenColour } from '../map/colours.ts';
import { isDrawnOn, mapReady, onMapClick } from '../map/map.ts';
import { draft, live, putShape, redo, shape, undo, widthRadiusM } from './draft.ts';
import {
  circleOfRing,
  circleRing,
  closedRing,
  type Kind,
  type Point,
  type Shape,
  wrapped,
} from './shape.ts';
import { snapper } from './snap.ts';

const MODES = { circle: 'circle', polygon: 'polygon', corridor: 'linestring' } as const;
const BELOW = 'slot-labels';

let pen: TerraDraw | null = null;
/** What the pen itself made, or was given: no need to give it again. */
let known: Shape | null = null;

/** Of the points of a circle four are shown; it is dragged by any. */
function isHandle({ properties }: GeoJSONStoreFeatures): boolean {
  return draft.peek()?.kind !== 'circle' || Number(properties['index']) % 16 === 0;
}

function styles() {
  const colour = tokenColour('--fence') as HexColor;
  const ground = tokenColour('--s1') as HexColor;
  const area = { fillColor: colour, fillOpacity: 0.16, outlineColor: colour, outlineWidth: 2 };
  const closing = {
    closingPointColor: ground,
    closingPointOutlineColor: colour,
    closingPointWidth: 6,
    closingPointOutlineWidth: 2,
  };
  const line = { lineStringColor: colour, lineStringWidth: 2 };
  const selected = {
    selectedPolygonColor: colour,
    selectedPolygonFillOpacity: 0.16,
    selectedPolygonOutlineColor: colour,
    selectedPolygonOutlineWidth: 2,
    selectedLineStringColor: colour,
    selectedLineStringWidth: 2,
    selectionPointColor: ground,
    selectionPointOutlineColor: colour,
    selectionPointWidth: (at: GeoJSONStoreFeatures) => (isHandle(at) ? 6 : 0),
    selectionPointOutlineWidth: (at: GeoJSONStoreFeatures) => (isHandle(at) ? 2 : 0),
    midPointColor: colour,
    midPointOutlineColor: ground,
    midPointWidth: 4,
    midPointOutlineWidth: 1,
  };
  return { area, closing, line, selected };
}

function modes() {
  const { area, closing, line, selected } = styles();
  const snapping = { toCustom: snapper() };
  const coordinates = { midpoints: true, draggable: true, deletable: true, snappable: snapping };
  const free = { feature: { draggable: true, coordinates } };
  const round = {
    feature: { draggable: true, coordinates: { resizable: 'center-fixed' as const } },
  };
  return [
    new TerraDrawCircleMode({ styles: area, drawInteraction: 'click-move' }),
    new TerraDrawPolygonMode({ styles: { ...area, ...closing }, snapping }),
    new TerraDrawLineStringMode({ styles: { ...line, ...closing }, snapping }),
    new TerraDrawSelectMode({
      styles: selected,
      allowManualDeselection: false,
      keyEvents: { deselect: null, delete: null, rotate: null, scale: null },
      flags: { circle: round, polygon: free, linestring: free },
    }),
  ];
}

/** Of a ring or a line as the pen has it, which ends a ring where it begins. */
function pointsOf(feature: GeoJSONStoreFeatures): Point[] {
  const { type, coordinates } = feature.geometry;
  if (type === 'LineString') return coordinates.map((at) => place(at));
  if (type !== 'Polygon') return [];
  return (coordinates[0] ?? []).slice(0, -1).map((at) => place(at));
}

function place([lon, lat]: number[]): Point {
  return wrapped(fromBase(lon as number, lat as number));
}

/** A circle to the metre, a small one to the decimetre. */
function rounded(radiusM: number): number {
  return radiusM < 100 ? Math.round(radiusM * 10) / 10 : Math.round(radiusM);
}

function shapeOf(feature: GeoJSONStoreFeatures, kind: Kind): Shape {
  const points = pointsOf(feature);
  if (kind === 'circle') {
    const { centre, radiusM } = circleOfRing(points);
    return { kind, points: [wrapped(centre)], holes: [], radiusM: rounded(radiusM) };
  }
  const before = shape.peek();
  const holes = kind === 'polygon' ? (before?.holes ?? []) : [];
  const radiusM = kind === 'corridor' ? (before?.radiusM ?? widthRadiusM.peek()) : 0;
  return { kind, points, holes, radiusM };
}

function featureOf({ kind, points, radiusM }: Shape): GeoJSONStoreFeatures {
  const [centre] = points;
  const ring = kind === 'circle' && centre ? circleRing(centre, radiusM) : points;
  // an edge goes the shorter way round, beyond 180 degrees, too
  let before = centre?.[0] ?? 0;
  const placed = ring.map(([lon, lat]): Point => {
    const [east, north] = toBase(lon, lat);
    before = east - 360 * Math.round((east - before) / 360);
    return [Math.round(before * 1e9) / 1e9, Math.round(north * 1e9) / 1e9];
  });
  const geometry =
    kind === 'corridor'
      ? { type: 'LineString' as const, coordinates: placed }
      : { type: 'Polygon' as const, coordinates: [closedRing(placed)] };
  const radius = kind === 'circle' ? { radiusKilometers: radiusM / 1000 } : {};
  return { type: 'Feature', geometry, properties: { mode: MODES[kind], ...radius } };
}

/** The one that is drawn or dragged; guidance points are features, too. */
function drawnFeature(kind: Kind): GeoJSONStoreFeatures | undefined {
  return pen?.getSnapshot().find(({ properties, geometry }) => {
    return properties['mode'] === MODES[kind] && geometry.type !== 'Point';
  });
}

/** Once it is still: the shape becomes a step, and its points may be dragged. */
function finished(): void {
  const kind = draft.peek()?.kind;
  const feature = kind && drawnFeature(kind);
  if (!kind || !feature) return;
  const made = shapeOf(feature, kind);
  const isFirst = shape.peek() === null;
  if (!isFirst) known = made;
  putShape(made);
}

function changed(_ids: unknown, type: string): void {
  const kind = draft.peek()?.kind;
  if (!kind || (type !== 'update' && type !== 'create')) return;
  const feature = drawnFeature(kind);
  if (!feature || isGiving) return;
  const shown = shapeOf(feature, kind);
  live.value = shown.points.length > 0 ? shown : null;
}

let isGiving = false;

/** Gives the pen what is to be shown, or lets it draw. */
function give(kind: Kind, now: Shape | null): void {
  if (!pen) return;
  isGiving = true;
  try {
    pen.setMode('select');
    pen.clear();
    if (now === null) {
      pen.setMode(MODES[kind]);
    } else if (now.points.length > 0) {
      const id = pen.getFeatureId();
      pen.addFeatures([{ ...featureOf(now), id }]);
      if (pen.hasFeature(id)) pen.selectFeature(id);
    }
  } finally {
    isGiving = false;
  }
  known = now;
}

/**
 * A finger comes from nowhere: a circle, which takes its edge from where the pointer was moved to,
 * is told of the place before the tap.
 */
function comeFirst(event: PointerEvent): void {
  if (event.pointerType !== 'touch' || !event.isPrimary) return;
  const { clientX, clientY, pointerId, pointerType } = event;
  const at = { clientX, clientY, pointerId, pointerType, isPrimary: true };
  event.target?.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true }));
}

function begin(map: MapLibreMap): () => void {
  const canvas = map.getCanvas();
  canvas.addEventListener('pointerdown', comeFirst, { capture: true });
  const adapter = new TerraDrawMapLibreGLAdapter({ map, renderBelowLayerId: BELOW });
  const made = new TerraDraw({
    adapter,
    modes: modes(),
    undoRedo: { modeLevel: new TerraDrawModeUndoRedo() },
  });
  made.start();
  made.on('finish', () => untracked(finished));
  made.on('change', (ids, type) => untracked(() => changed(ids, type)));
  pen = made;
  let kindShown: Kind | null = null;
  const follow = effect(() => {
    const kind = draft.value?.kind;
    const now = shape.value;
    if (!kind || (kind === kindShown && now !== null && now === known)) return;
    kindShown = kind;
    untracked(() => give(kind, now));
  });
  return () => {
    canvas.removeEventListener('pointerdown', comeFirst, { capture: true });
    follow();
    made.stop();
    if (pen === made) pen = null;
    known = null;
    live.value = null;
  };
}

/** Ends the line that is being drawn where it is. */
export function finishLine(): void {
  const canvas = mapReady.peek()?.getCanvas();
  canvas?.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
}

/** The last point of what is being drawn, or the last step. */
export function undoOne(): void {
  if (shape.peek() === null && pen?.canUndo()) pen.undo();
  else undo();
}

export function redoOne(): void {
  if (shape.peek() === null && pen?.canRedo()) pen.redo();
  else redo();
}

/** Draws until the answer is called. */
export function takePen(): () => void {
  isDrawnOn.value = true;
  const ends = [
    onMapClick(() => true),
    effect(() => {
      const map = mapReady.value;
      return map ? untracked(() => begin(map)) : undefined;
    }),
  ];
  return () => {
    for (const end of ends) end();
    isDrawnOn.value = false;
  };
}

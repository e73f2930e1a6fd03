/**
 * The geofence that is drawn or changed: its shape with what was undone of it, and what is asked
 * after drawing. It stays while one looks elsewhere, until it is saved or dropped.
 *
 *     startNew(kind) ──► the pen draws ──► putShape() … undo, redo ──► save() (save.ts)
 *     startChange(row) ──► the pen drags points ──► putShape() …
 */
import { batch, computed, signal } from '@preact/signals';
import type { Row } from '../app/api.ts';
import { newRequestId } from '../app/setup.ts';
import { onOtherEnterprise } from '../app/typed.ts';
import { wgsOfGcj } from '../map/gcj.ts';
import { checkShape } from './check.ts';
import type { AlarmOn } from './features.ts';
import { KINDS, type Kind, type Point, type Shape, wrapped } from './shape.ts';
import { firstStep, redone, type Steps, stepTo, undone } from './steps.ts';

export type FenceRow = Row<'manage/ListGeofences'>;

export const FIELDS = ['name', 'alarmOn', 'dwell', 'hysteresis', 'applies'] as const;
export type FieldName = (typeof FIELDS)[number] | 'radius' | 'points';

export interface Values {
  name: string;
  alarmOn: AlarmOn;
  /** Seconds, as typed. */
  dwell: string;
  /** Metres, as typed; '': by the accuracy of the fix. */
  hysteresis: string;
  /** 'none': whatever it was for is deleted. */
  applies: 'all' | 'listed' | 'none';
  deviceIds: readonly string[];
  groupIds: readonly number[];
}

/** What the server, or the form itself, says is wrong. */
export interface Fault {
  text: string;
  field: FieldName | null;
  /** Of the shape: the ring, from 0, and the point in it. */
  at: { ring: number; point: number } | null;
}

export interface Draft {
  /** null: it is new. */
  base: FenceRow | null;
  kind: Kind;
  values: Values;
  /** Repeating a save that nobody answered makes no second one. */
  requestId: string;
  /** What was sent as a new one, and perhaps arrived, though nobody answered. */
  lost?: { values: Values; drawn: Shape };
  fault: Fault | null;
}

const DRAWN_RADIUS_M = 100;

export const draft = signal<Draft | null>(null);
export const steps = signal<Steps<Shape | null>>(firstStep(null));
/** What the pointer makes of it just now; null: it is at rest. */
export const live = signal<Shape | null>(null);
export const isSaving = signal(false);
/** Half of the width of the next corridor, metres. */
export const widthRadiusM = signal(DRAWN_RADIUS_M);

export const shape = computed(() => steps.value.now);
export const shownShape = computed(() => live.value ?? shape.value);
/** What is wrong with what is shown; a shape that is being drawn may still be too small. */
export const shapeFault = computed(() => {
  const shown = shownShape.value;
  const found = shown === null ? null : checkShape(shown);
  return found?.kind === 'few' && shape.value === null ? null : found;
});

const USUAL: Values = {
  ...{ name: '', alarmOn: 'both', dwell: '0', hysteresis: '' },
  ...{ applies: 'all', deviceIds: [], groupIds: [] },
};

/** A new one to be drawn; `first` is there already, as the circle of a right click. */
export function startNew(kind: Kind, first: Shape | null = null): void {
  batch(() => {
    draft.value = { base: null, kind, values: USUAL, requestId: newRequestId(), fault: null };
    steps.value = firstStep(first);
    live.value = null;
  });
}

/** Another kind, while nothing is drawn. */
export function chooseKind(kind: Kind): void {
  if (draft.value !== null) draft.value = { ...draft.value, kind };
}

function pointsOf(list: unknown[][] | null, coordsys: string): Point[] {
  return (list ?? []).map((point) => {
    const [lon, lat] = point as number[];
    const at: Point = [lon as number, lat as number];
    return coordsys === 'gcj02' ? wrapped(wgsOfGcj(...at)) : at;
  });
}

export function shapeOf(row: FenceRow): Shape {
  return {
    kind: KINDS.find((kind) => kind === row.Shape) ?? 'polygon',
    points: pointsOf(row.Points, row.Coordsys),
    holes: (row.Holes ?? []).map((hole) => pointsOf(hole as unknown[][], row.Coordsys)),
    radiusM: row.Radius ?? 0,
  };
}

export function valuesOf(row: FenceRow): Values {
  return {
    name: row.RegionName,
    alarmOn: row.AlarmOn as AlarmOn,
    dwell: String(row.DwellSeconds),
    hysteresis: row.HysteresisMeters === null ? '' : String(row.HysteresisMeters),
    applies: row.AppliesTo as Values['applies'],
    deviceIds: row.DeviceIDs,
    groupIds: row.GroupIDs,
  };
}

/** `row` has its whole geometry. */
export function startChange(row: FenceRow): void {
  const its = shapeOf(row);
  batch(() => {
    draft.value = {
      ...{ base: row, kind: its.kind, values: valuesOf(row) },
      ...{ requestId: newRequestId(), fault: null },
    };
    steps.value = firstStep(its);
    live.value = null;
  });
}

function withoutFault(): void {
  if (draft.value?.fault) draft.value = { ...draft.value, fault: null };
}

/** The pen, or a number that was typed, makes another shape of it. */
export function putShape(next: Shape): void {
  batch(() => {
    steps.value = stepTo(steps.value, next);
    live.value = null;
    withoutFault();
  });
}

export const canUndo = computed(() => steps.value.past.length > 0);
export const canRedo = computed(() => steps.value.future.length > 0);

export function undo(): void {
  batch(() => {
    steps.value = undone(steps.value);
    live.value = null;
    withoutFault();
  });
}

export function redo(): void {
  batch(() => {
    steps.value = redone(steps.value);
    live.value = null;
    withoutFault();
  });
}

export function setValue<K extends keyof Values>(name: K, value: Values[K]): void {
  const now = draft.value;
  if (now !== null) draft.value = { ...now, values: { ...now.values, [name]: value }, fault: null };
}

export function fail(fault: Fault): void {
  if (draft.value !== null) draft.value = { ...draft.value, fault };
}

export function dropDraft(): void {
  batch(() => {
    draft.value = null;
    steps.value = firstStep(null);
    live.value = null;
  });
}

/** Whether there is something to lose. */
export const isChanged = computed(() => {
  const now = draft.value;
  if (now === null) return false;
  if (now.base === null) return shape.value !== null || now.values.name !== '';
  return canUndo.value || JSON.stringify(now.values) !== JSON.stringify(valuesOf(now.base));
});

// a page that is left for good loses it
addEventListener('beforeunload', (event) => {
  if (isChanged.peek()) event.preventDefault();
});

onOtherEnterprise(dropDraft);

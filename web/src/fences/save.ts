/** A geofence to the server, and what the server says against it, at its field or its point. */
import { ApiError, type Request } from '../app/api.ts';
import { tickStep } from '../app/first_steps.ts';
import { say } from '../app/notice.ts';
import { call } from '../app/session.ts';
import { checkShape, type ShapeFault } from './check.ts';
import {
  type Draft,
  draft,
  dropDraft,
  type Fault,
  type FenceRow,
  type FieldName,
  fail,
  isSaving,
  shape,
  startChange,
  steps,
  type Values,
  valuesOf,
} from './draft.ts';
import type { Sketch } from './features.ts';
import type { Shape } from './shape.ts';
import { firstStep } from './steps.ts';
import { fe } from './text.ts';

const CHANGED = 'Changed meanwhile';
/** The login has: nothing was done, and it is saved again behind the next one. */
const ENDED = 401;
const DWELL_MAX_S = 7 * 86_400;
const HYSTERESIS_MAX_M = 10_000;
const PAGE = 1000;

/** What is wrong with a shape, in words. */
export function shapeText({ kind, ring, point }: ShapeFault): string {
  const text = fe(`fences.fault.${kind}`);
  if (kind === 'few' || kind === 'many' || kind === 'radius') return text;
  const where = ring === 0 ? 'fences.at.point' : 'fences.at.hole';
  return `${fe(where, { n: point + 1, hole: ring })}: ${text}`;
}

/** The words of src/geo/shape.h for what checkShape() knows, too. */
const OF_SERVER: readonly (readonly [string, ShapeFault['kind']])[] = [
  ['another of its ring', 'crossed'],
  ['another ring', 'meet'],
  ['fewer points', 'few'],
  ['more than 10,000 points', 'many'],
  ['the radius', 'radius'],
  ['latitude beyond', 'coordinate'],
];
const FIELD_OF: Record<string, FieldName> = {
  RegionName: 'name',
  AlarmOn: 'alarmOn',
  DwellSeconds: 'dwell',
  HysteresisMeters: 'hysteresis',
  AppliesTo: 'applies',
  DeviceIDs: 'applies',
  GroupIDs: 'applies',
  Radius: 'radius',
  Points: 'points',
  Holes: 'points',
};

function placeOf(data: unknown): Fault['at'] {
  const { Point, Hole } = (data ?? {}) as { Point?: unknown; Hole?: unknown };
  if (typeof Point !== 'number') return null;
  return { ring: typeof Hole === 'number' ? Hole + 1 : 0, point: Point };
}

function isLost(error: unknown): boolean {
  return !(error instanceof ApiError) || error.code === 0;
}

/** Why it was refused, where that is known. */
export function faultOf(error: unknown): Fault {
  if (isLost(error) || (error as ApiError).code === ENDED) {
    return { text: fe('fences.silent'), field: null, at: null };
  }
  const { code, message, data } = error as ApiError;
  const cut = message.indexOf(':');
  const field = FIELD_OF[message.slice(0, Math.max(0, cut))] ?? null;
  const why = field === null ? message : message.slice(cut + 1).trim();
  const at = placeOf(data);
  const known = OF_SERVER.find(([words]) => why.includes(words))?.[1];
  if (known)
    return { text: shapeText({ kind: known, ...(at ?? { ring: 0, point: 0 }) }), field, at };
  const text = code === 404 ? fe('fences.gone') : fe('fences.refused', { why });
  return { text, field, at };
}

/** The fields of a shape. */
function shapeFields({ kind, points, holes, radiusM }: Shape) {
  return {
    ...{ Shape: kind, Points: points, Coordsys: 'wgs84' },
    ...(kind === 'polygon' ? { Holes: holes } : { Radius: radiusM }),
  };
}

/** A whole number within its bounds; null: it is none. */
function wholeOf(text: string, most: number): number | null {
  const value = Number(text.trim() || '0');
  return Number.isInteger(value) && value >= 0 && value <= most ? value : null;
}

/** Those of a geofence that differ from what it was before. */
function valueFields(values: Values, before: Values | null) {
  const { name, alarmOn, dwell, hysteresis, applies, deviceIds, groupIds } = values;
  const margin = hysteresis.trim() === '' ? null : Number(hysteresis);
  const all = {
    RegionName: name.trim(),
    AlarmOn: alarmOn,
    DwellSeconds: Number(dwell.trim() || '0'),
    HysteresisMeters: margin,
  };
  const isListed = applies === 'listed';
  const lists = {
    DeviceIDs: isListed ? [...deviceIds] : [],
    GroupIDs: isListed ? [...groupIds] : [],
    AppliesTo: applies,
  };
  if (before === null) return { ...all, ...lists };
  const listsOf = ({ applies: of, deviceIds: ids, groupIds: groups }: Values) =>
    JSON.stringify([of, ids, groups]);
  return { ...all, ...(listsOf(values) === listsOf(before) ? {} : lists) };
}

/** What its own form says against it; null: nothing. */
function ownFault(values: Values, drawn: Shape): Fault | null {
  const ofField = (field: FieldName, text: string) => ({ text, field, at: null });
  const found = checkShape(drawn);
  if (found) {
    const { ring, point } = found;
    return { text: shapeText(found), field: null, at: { ring, point } };
  }
  if (values.name.trim() === '') return ofField('name', fe('fences.noName'));
  if (wholeOf(values.dwell, DWELL_MAX_S) === null) return ofField('dwell', fe('fences.badDwell'));
  if (wholeOf(values.hysteresis, HYSTERESIS_MAX_M) === null) {
    return ofField('hysteresis', fe('fences.badMargin'));
  }
  const { applies, deviceIds, groupIds } = values;
  if (applies === 'listed' && deviceIds.length + groupIds.length === 0) {
    return ofField('applies', fe('fences.nobody'));
  }
  return null;
}

/** The PolygonID that it gets. Where one that got lost had arrived, it is made what it is now. */
async function add({ values, requestId, lost }: Draft, drawn: Shape): Promise<number> {
  const fields = { ...valueFields(values, null), ...shapeFields(drawn), RequestID: requestId };
  const { PolygonID } = await call('manage/AddGeofence', fields);
  if (lost && (lost.values !== values || lost.drawn !== drawn)) {
    const found = await readFence(PolygonID, '');
    if (found !== null) await modify(found, values, drawn);
  }
  tickStep('fence');
  return PolygonID;
}

async function modify(base: FenceRow, values: Values, drawn: Shape | null): Promise<number> {
  const fields = {
    ...{ PolygonID: base.PolygonID, Version: base.Version },
    ...valueFields(values, valuesOf(base)),
    ...(drawn === null ? {} : shapeFields(drawn)),
  };
  await call('manage/ModifyGeofence', fields as Request<'manage/ModifyGeofence'>);
  return base.PolygonID;
}

/** The draft that was sent, as it is now; null: it was dropped meanwhile, or is another one. */
function stillOf(sent: Draft): Draft | null {
  return draft.value?.requestId === sent.requestId ? draft.value : null;
}

function noteLost(sent: Draft, drawn: Shape): void {
  const now = stillOf(sent);
  if (now !== null) draft.value = { ...now, lost: now.lost ?? { values: sent.values, drawn } };
}

/** What was drawn or typed while it was saved goes on, on top of what is stored. */
async function goOn(sent: Draft, drawn: Shape, id: number): Promise<void> {
  const fresh = await readFence(id, sent.values.name.trim()).catch(() => null);
  const now = stillOf(sent);
  if (now === null) return;
  if (shape.value === drawn) steps.value = firstStep(drawn);
  if (fresh !== null) draft.value = { ...now, base: fresh, fault: null };
  else fail({ text: fe('fences.silent'), field: null, at: null });
}

/** Somebody changed it meanwhile: what was drawn stays, on top of theirs. */
async function takeTheirs(mine: Draft, base: FenceRow): Promise<void> {
  const fresh = await readFence(base.PolygonID, base.RegionName).catch(() => null);
  if (fresh === null) {
    if (stillOf(mine)) fail({ text: fe('fences.goneMeanwhile'), field: null, at: null });
    return;
  }
  const fault = { text: fe('fences.changedMeanwhile'), field: null, at: null };
  const now = stillOf(mine);
  if (now !== null) draft.value = { ...now, base: fresh, fault };
}

/** Leaves what is mine for what is theirs. */
export function takeFresh(): void {
  const base = draft.value?.base;
  if (base) startChange(base);
}

/** Whether it was, and nothing is left of it to save. */
export async function save(): Promise<boolean> {
  const mine = draft.value;
  const drawn = shape.value;
  if (mine === null || drawn === null || isSaving.value) return false;
  const fault = ownFault(mine.values, drawn);
  if (fault) {
    fail(fault);
    return false;
  }
  const { base, values } = mine;
  const isRedrawn = steps.value.past.length > 0;
  isSaving.value = true;
  try {
    const id = await (base ? modify(base, values, isRedrawn ? drawn : null) : add(mine, drawn));
    say(fe('fences.saved', { name: values.name.trim() }));
    const now = stillOf(mine);
    const isWhole = now?.values === values && shape.value === drawn;
    if (isWhole) dropDraft();
    else if (now !== null) await goOn(mine, drawn, id);
    return isWhole;
  } catch (error) {
    const isOld = error instanceof ApiError && error.code === 409 && error.message === CHANGED;
    if (isOld && base) await takeTheirs(mine, base);
    else if (stillOf(mine)) {
      if (base === null && isLost(error)) noteLost(mine, drawn);
      fail(faultOf(error));
    }
    return false;
  } finally {
    isSaving.value = false;
  }
}

/** Adds one of a file; throws ApiError. */
export async function addSketch(sketch: Sketch, requestId: string): Promise<void> {
  await call('manage/AddGeofence', {
    ...{ RegionName: sketch.name, AlarmOn: sketch.alarmOn, DwellSeconds: sketch.dwellS },
    ...shapeFields(sketch.shape),
    RequestID: requestId,
  });
}

/** Why it was not; null: it was. */
export async function remove(row: FenceRow): Promise<Fault | null> {
  try {
    await call('manage/DeleteGeofence', { PolygonID: row.PolygonID });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) return faultOf(error);
  }
  say(fe('fences.deleted', { name: row.RegionName }));
  return null;
}

/** All of a name or a part of it, with every point of them; throws ApiError. */
export async function readFences(Key = ''): Promise<FenceRow[]> {
  const found: FenceRow[] = [];
  for (let page = 1; ; page++) {
    const paging = { PageIndex: page, PageSize: PAGE, ...(Key === '' ? {} : { Key }) };
    const { data, total } = await call('manage/ListGeofences', { Geometry: 'true', ...paging });
    found.push(...data);
    if (found.length >= total || data.length === 0) return found;
  }
}

/** One with every point of it, by the name that it had; null: it is gone. Throws ApiError. */
export async function readFence(id: number, name: string): Promise<FenceRow | null> {
  const byId = (rows: FenceRow[]) => rows.find(({ PolygonID }) => PolygonID === id) ?? null;
  const named = name === '' ? null : byId(await readFences(name));
  return named ?? byId(await readFences());
}

/**
 * Changing what is set of a device, in place. An administrator changes all fields, an operator the
 * plate. Where somebody else changed the device meanwhile nothing is lost: what was typed stays,
 * what they changed is shown beside it, and the next try is made on top of theirs.
 */
import { effect, signal } from '@preact/signals';
import { type TextKey, t } from '../i18n/text.ts';
import { ApiError, type Request } from './api.ts';
import { type Details, readDetails } from './device.ts';
import { say } from './notice.ts';
import { call, phase, role } from './session.ts';

export const FIELDS = [
  'VehiclePlate',
  'ObjectCode',
  'DeviceType',
  'GroupID',
  'Model',
  'SIM',
  'ICCID',
  'TankLitres',
  'UtcOffsetMinutes',
  'Password',
  'Note',
] as const;
export type FieldName = (typeof FIELDS)[number];

const NUMBERS: readonly FieldName[] = ['DeviceType', 'GroupID', 'TankLitres', 'UtcOffsetMinutes'];

export interface Draft {
  id: string;
  /** What it is changed from. */
  base: Details;
  values: Record<FieldName, string>;
  /** What somebody else changed meanwhile, as it is now. */
  theirs: Partial<Record<FieldName, string>>;
  fault: string;
  faultField: FieldName | null;
}

export const draft = signal<Draft | null>(null);
export const isSaving = signal(false);

export const mayRename = () => role.value !== 'viewer';
export const mayModify = () => role.value === 'admin' || role.value === 'root';
export const fieldsFor = (): readonly FieldName[] => (mayModify() ? FIELDS : ['VehiclePlate']);

/** As its field shows it; a password is never told. */
export function fieldText(found: Details, name: FieldName): string {
  if (name === 'Password') return '';
  const value = found[name];
  return value === null ? '' : String(value);
}

export function startDraft(found: Details): void {
  const values = Object.fromEntries(FIELDS.map((name) => [name, fieldText(found, name)]));
  draft.value = {
    id: found.DeviceID,
    base: found,
    values: values as Draft['values'],
    theirs: {},
    fault: '',
    faultField: null,
  };
}

export function setField(name: FieldName, value: string): void {
  const now = draft.value;
  if (now === null) return;
  const { [name]: _seen, ...theirs } = now.theirs;
  draft.value = { ...now, values: { ...now.values, [name]: value }, theirs };
}

export function changedFields({ base, values }: Draft): FieldName[] {
  return FIELDS.filter((name) => values[name].trim() !== fieldText(base, name));
}

/** The value as the call wants it; NaN: it is no number. */
function asValue(name: FieldName, text: string): string | number | null {
  const plain = text.trim();
  if (name === 'UtcOffsetMinutes' && plain === '') return null;
  if (!NUMBERS.includes(name)) return plain;
  return plain === '' ? 0 : Number(plain);
}

/** The draft on top of what the device is now: what was not touched follows. */
export function rebase(old: Draft, fresh: Details): Draft {
  const values = { ...old.values };
  const theirs: Draft['theirs'] = {};
  for (const name of FIELDS) {
    const before = fieldText(old.base, name);
    const after = fieldText(fresh, name);
    if (after === before) continue;
    if (old.values[name].trim() === before) values[name] = after;
    else if (old.values[name].trim() !== after) theirs[name] = after;
  }
  return { ...old, base: fresh, values, theirs, fault: t('device.changed'), faultField: null };
}

function fail(fault: string, faultField: FieldName | null = null): void {
  if (draft.value !== null) draft.value = { ...draft.value, fault, faultField };
}

/** "SIM: too long" is the fault of a field. */
function tellRefusal(error: unknown): void {
  if (!(error instanceof ApiError) || error.code === 0) {
    fail(t('device.silent'));
    return;
  }
  const at = error.message.indexOf(':');
  const name = FIELDS.find((each) => each === error.message.slice(0, Math.max(0, at)));
  if (error.code === 409) fail(t('device.taken'));
  else if (name) fail(`${t(LABELS[name])}${error.message.slice(at)}`, name);
  else fail(t('device.refused', { why: error.message || String(error.code) }));
}

/** Data of section 15, which are no codes. */
async function rename(DeviceID: string, NewVehiclePlate: string): Promise<void> {
  const told = await call('vehicle/ModifyVehiclePlate', { DeviceID, NewVehiclePlate });
  if (told !== '0') throw new ApiError(500, t('device.mayNot'));
}

async function modify({ id, base, values }: Draft, names: FieldName[]): Promise<void> {
  if (!mayModify()) {
    await rename(id, values.VehiclePlate.trim());
    return;
  }
  const changed = Object.fromEntries(names.map((name) => [name, asValue(name, values[name])]));
  const fields = { DeviceID: id, Version: base.Version, ...changed };
  await call('manage/ModifyDevice', fields as Request<'manage/ModifyDevice'>);
}

const CHANGED = 'Changed meanwhile';

export async function save(): Promise<void> {
  const mine = draft.value;
  if (mine === null || isSaving.value) return;
  const names = changedFields(mine).filter((name) => fieldsFor().includes(name));
  const bad = names.find((name) => Number.isNaN(asValue(name, mine.values[name])));
  if (bad) {
    fail(t('device.noNumber', { name: t(LABELS[bad]) }), bad);
    return;
  }
  isSaving.value = true;
  try {
    if (names.length > 0) await modify(mine, names);
    draft.value = null;
    if (names.length > 0) say(t('device.saved'));
    void readDetails(mine.id);
  } catch (error) {
    const isOld = error instanceof ApiError && error.code === 409 && error.message === CHANGED;
    if (isOld) await takeTheirs(mine);
    else tellRefusal(error);
  }
  isSaving.value = false;
}

async function takeTheirs(mine: Draft): Promise<void> {
  const fresh = await call('manage/GetDevice', { DeviceID: mine.id }).catch(() => null);
  if (fresh === null) fail(t('device.silent'));
  else draft.value = rebase(mine, fresh);
}

export const LABELS: Record<FieldName, TextKey> = {
  VehiclePlate: 'column.plate',
  ObjectCode: 'drawer.oc',
  DeviceType: 'device.type',
  GroupID: 'drawer.group',
  Model: 'drawer.model',
  SIM: 'drawer.sim',
  ICCID: 'device.iccid',
  TankLitres: 'device.tank',
  UtcOffsetMinutes: 'device.offset',
  Password: 'device.password',
  Note: 'drawer.note',
};

export function followDraft(): void {
  effect(() => {
    if (phase.value === 'login') draft.value = null;
  });
}

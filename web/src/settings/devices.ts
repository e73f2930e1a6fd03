/** Devices: what is set of each, and who may set it. */

import { ApiError } from '../app/api.ts';
import { readDetails } from '../app/device.ts';
import { groups } from '../app/fleet.ts';
import { call } from '../app/session.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import type { Choice, Entity, Field, Row } from './entity.ts';

const TYPES = ['0', '1', '2'] as const;
const UNITS = ['knots', 'mps', 'kmh'] as const;

export function groupChoices(): readonly Choice[] {
  return groups.value.map(([id, text]) => [String(id), text] as const);
}

export function groupText(id: unknown): string {
  return groups.value.find(([each]) => each === id)?.[1] ?? '';
}

function typeText(type: unknown): string {
  const known = TYPES.find((each) => each === String(type)) ?? '0';
  return t(`device.type.${known}`);
}

function plateField(): Field {
  return {
    name: 'VehiclePlate',
    label: () => t('column.plate'),
    kind: 'text',
    hint: (row) => (row === null ? t('add.plateHint') : ''),
  };
}

/** The zone of its clock as the server thinks it is. */
function clockOffer(row: Row | null): Choice | null {
  const hint = row?.['ClockHint'] as { UtcOffsetMinutes?: number } | null | undefined;
  const minutes = hint?.UtcOffsetMinutes;
  return minutes === undefined ? null : [String(minutes), t('device.takeHint', { n: minutes })];
}

export const DEVICE_FIELDS: readonly Field[] = [
  {
    name: 'DeviceID',
    label: () => t('drawer.id'),
    kind: 'text',
    isRequired: true,
    only: 'new',
    hint: () => s('devices.idHint'),
  },
  plateField(),
  { name: 'ObjectCode', label: () => t('drawer.oc'), kind: 'text', max: 32 },
  {
    name: 'DeviceType',
    label: () => t('device.type'),
    kind: 'choice',
    empty: 'zero',
    first: () => '0',
    choices: () => TYPES.map((type) => [type, typeText(type)]),
  },
  {
    name: 'GroupID',
    label: () => t('drawer.group'),
    kind: 'choice',
    empty: 'zero',
    first: () => '0',
    choices: () => [['0', t('table.noGroup')], ...groupChoices()],
  },
  { name: 'Model', label: () => t('drawer.model'), kind: 'text' },
  { name: 'SIM', label: () => s('cards.number'), kind: 'text', max: 32 },
  { name: 'ICCID', label: () => s('cards.iccid'), kind: 'text', max: 32 },
  {
    name: 'TankLitres',
    label: () => t('device.tank'),
    kind: 'number',
    hint: () => s('devices.tankHint'),
  },
  {
    name: 'UtcOffsetMinutes',
    label: () => t('device.offset'),
    kind: 'number',
    empty: 'null',
    hint: () => s('devices.clockHint'),
    offer: clockOffer,
  },
  {
    name: 'SpeedUnit',
    label: () => s('devices.speedUnit'),
    kind: 'choice',
    empty: 'null',
    choices: () => [
      ['', s('devices.unit.usual')],
      ...UNITS.map((unit) => [unit, s(`devices.unit.${unit}`)] as const),
    ],
  },
  {
    name: 'Password',
    label: () => t('device.password'),
    kind: 'secret',
    hint: (row) => (row?.['HasPassword'] ? t('device.isSet') : ''),
  },
  { name: 'Note', label: () => t('drawer.note'), kind: 'text', max: 200 },
];

async function readDevice(id: string): Promise<Row | null> {
  try {
    return (await call('manage/GetDevice', { DeviceID: id })) as unknown as Row;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return null;
    throw error;
  }
}

function deviceName(row: Row): string {
  return String(row['VehiclePlate'] || row['DeviceID'] || '');
}

export const devices: Entity = {
  name: 'devices',
  id: 'DeviceID',
  nameOf: deviceName,
  fields: DEVICE_FIELDS,
  columns: [
    { label: () => t('column.plate'), text: deviceName },
    { label: () => t('drawer.id'), text: (row) => String(row['DeviceID']) },
    { label: () => t('drawer.group'), text: (row) => groupText(row['GroupID']) },
    { label: () => t('drawer.model'), text: (row) => String(row['Model']) },
    { label: () => s('cards.number'), text: (row) => String(row['SIM']) },
    { label: () => t('device.type'), text: (row) => typeText(row['DeviceType']) },
    { label: () => t('drawer.note'), text: (row) => String(row['Note']) },
  ],
  list: 'manage/ListDevices',
  add: { call: 'manage/AddDevice', label: () => s('devices.add') },
  modify: 'manage/ModifyDevice',
  remove: { call: 'manage/DeleteDevice', text: () => s('devices.deleteText'), isGrave: true },
  nothing: () => s('devices.nothing'),
  readOne: readDevice,
};

/** Data of section 15, which are no codes. */
async function rename(row: Row, values: Readonly<Record<string, unknown>>): Promise<void> {
  const fields = {
    DeviceID: String(row['DeviceID']),
    NewVehiclePlate: String(values['VehiclePlate'] ?? ''),
  };
  const told = await call('vehicle/ModifyVehiclePlate', fields);
  if (told !== '0') throw new ApiError(500, t('device.mayNot'));
}

/** The drawer of a vehicle shows it at once. */
function ofDrawer(entity: Entity, id: string): Entity {
  return { ...entity, changed: () => void readDetails(id) };
}

/** What an administrator changes beside the map; an operator the plate alone. */
export function deviceBeside(id: string, mayModify: boolean): Entity {
  if (mayModify) return ofDrawer(devices, id);
  const { add: _add, remove: _remove, ...plain } = devices;
  return ofDrawer({ ...plain, fields: [plateField()], change: rename }, id);
}

/** Devices as a file, in the columns that the import reads; a password is never in it. */
import { saveText } from '../app/download.ts';
import { say } from '../app/notice.ts';
import { me } from '../app/session.ts';
import { s } from '../i18n/settings_text.ts';
import { writeTable } from './csv.ts';
import { DEVICE_FIELDS, devices, groupText } from './devices.ts';
import { textOf } from './draft.ts';
import type { Field, Row } from './entity.ts';
import { fileName, sheet } from './import.ts';
import { readAll } from './lists.ts';

const COLUMNS = DEVICE_FIELDS.filter(({ kind }) => kind !== 'secret');
/** Groups are told by name: in another enterprise they have other IDs. */
const headOf = ({ name }: Field) => (name === 'GroupID' ? 'Group' : name);

function cellOf(field: Field, row: Row): string {
  return field.name === 'GroupID' ? groupText(row['GroupID']) : textOf(field, row);
}

function give(name: string, text: string): void {
  saveText(name, 'text/csv;charset=utf-8', text);
}

function plainName(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'devices';
}

/** `hear` is told how many of how many are read. */
export async function exportDevices(hear: (n: number, of: number) => void): Promise<void> {
  try {
    const rows = await readAll(devices.list, {}, hear);
    const lines = rows.map((row) => COLUMNS.map((field) => cellOf(field, row)));
    give(`${plainName(me.value?.HoldName ?? '')}.csv`, writeTable([COLUMNS.map(headOf), ...lines]));
  } catch {
    say(s('csv.exportFailed'));
  }
}

/** A file to begin with: the columns, and a device. */
export function exportExample(): void {
  const values: Record<string, string> = {
    DeviceID: '862306128008106',
    VehiclePlate: 'HH-OD 1',
    DeviceType: '0',
    Model: 'GT06',
    SIM: '+4915112345678',
    TankLitres: '60',
  };
  const line = COLUMNS.map(({ name }) => values[name] ?? '');
  give('devices.csv', writeTable([COLUMNS.map(headOf), line]));
}

/** The lines that could not be added, with why. */
export function exportLines(): void {
  const now = sheet.value;
  if (now === null) return;
  const bad = now.lines.filter((line) => line.fault !== null);
  const heads = [...now.fields.map(headOf), 'Error'];
  const lines = bad.map((line) => [
    ...now.fields.map(({ name }) => line.values[name] ?? ''),
    line.fault?.text ?? '',
  ]);
  give(
    `rest-${plainName(fileName.value.replace(/\.\w+$/, ''))}.csv`,
    writeTable([heads, ...lines]),
  );
}

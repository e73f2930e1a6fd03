/** Enterprises, and those below them: resellers and their customers. */
import { enterAgain, enterprises, holdText, me, role } from '../app/session.ts';
import { zoneHere } from '../app/setup.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { inTree } from '../store/tree.ts';
import type { Choice, Entity, Field, Row } from './entity.ts';

/** Of its own enterprise an administrator changes the time zone alone. */
function isOwn(row: Row | null): boolean {
  return row !== null && role.value !== 'root' && holdText(Number(row['HoldID'])) === '';
}
const mayAll = (row: Row | null) => !isOwn(row);

function limit(name: string, label: () => string, part?: () => string): Field {
  return { name, label, kind: 'number', may: mayAll, ...(part ? { part } : {}) };
}

/** Any that is not the one itself. */
function parents(): readonly Choice[] {
  const none: readonly Choice[] = role.value === 'root' ? [['', s('houses.noParent')]] : [];
  const rows = enterprises.value.rows.map((row) => [String(row.HoldID), row.HoldName] as const);
  return [...none, ...rows];
}

function nameOfHouse(id: unknown): string {
  return enterprises.value.rows.find(({ HoldID }) => HoldID === id)?.HoldName ?? '';
}

/** root, and an administrator whose enterprise may have others below it. */
function mayAdd(): boolean {
  if (role.value === 'root') return true;
  const own = enterprises.value.rows.find(({ HoldID }) => holdText(HoldID) === '');
  return own?.CanSubdivide === true;
}

/** Whoever has none but the own, and may add none, has no list of them. */
export function isOnlyHouse(): boolean {
  return role.value !== 'root' && enterprises.value.total <= 1 && !mayAdd();
}

function usage(row: Row): string {
  const max = Number(row['MaxDevices']);
  return max === 0 ? '' : s('houses.atMost', { n: max });
}

export const houses: Entity = {
  name: 'enterprises',
  id: 'HoldID',
  nameOf: (row) => String(row['HoldName'] ?? ''),
  fields: [
    {
      name: 'HoldName',
      label: () => s('houses.name'),
      kind: 'text',
      isRequired: true,
      may: mayAll,
    },
    {
      name: 'ParentHoldID',
      label: () => s('houses.parent'),
      kind: 'choice',
      empty: 'zero',
      may: mayAll,
      choices: parents,
      first: () => (role.value === 'root' ? '' : String(me.value?.HoldID ?? '')),
    },
    {
      name: 'TimeZone',
      label: () => s('houses.zone'),
      kind: 'zone',
      isRequired: true,
      first: zoneHere,
    },
    {
      name: 'Language',
      label: () => t('menu.language'),
      kind: 'choice',
      may: mayAll,
      choices: () => [
        ['', s('houses.ofServer')],
        ['en', 'English'],
        ['zh', '中文'],
      ],
    },
    {
      name: 'Units',
      label: () => t('menu.units'),
      kind: 'choice',
      may: mayAll,
      first: () => 'km',
      choices: () => [
        ['km', t('menu.units.km')],
        ['mi', t('menu.units.mi')],
      ],
    },
    {
      name: 'ServiceEnd',
      label: () => s('houses.end'),
      kind: 'time',
      may: mayAll,
      hint: () => s('houses.endHint'),
    },
    {
      name: 'RetentionDays',
      label: () => s('houses.retention'),
      kind: 'number',
      may: mayAll,
      hint: () => s('houses.retentionHint'),
    },
    {
      name: 'CanSubdivide',
      label: () => s('houses.subdivide'),
      kind: 'switch',
      may: mayAll,
      hint: () => s('houses.subdivideHint'),
    },
    limit(
      'MaxDevices',
      () => s('houses.maxDevices'),
      () => s('houses.limits'),
    ),
    limit('MaxUsers', () => s('houses.maxUsers')),
    limit('MaxGeofences', () => s('houses.maxFences')),
    limit('MaxRetentionDays', () => s('houses.maxDays')),
  ],
  columns: [
    { label: () => s('houses.name'), text: (row) => String(row['HoldName']) },
    { label: () => s('houses.zone'), text: (row) => String(row['TimeZone']) },
    { label: () => s('houses.parent'), text: (row) => nameOfHouse(row['ParentHoldID']) },
    { label: () => s('houses.devices'), text: usage },
    { label: () => s('houses.end'), text: (row) => String(row['ServiceEnd'] ?? '') },
  ],
  list: 'manage/ListEnterprises',
  pageRows: 1000,
  add: { call: 'manage/AddEnterprise', label: () => s('houses.add'), may: mayAdd },
  modify: 'manage/ModifyEnterprise',
  remove: {
    call: 'manage/DeleteEnterprise',
    text: () => s('houses.deleteText'),
    isGrave: true,
    may: mayAll,
  },
  nothing: () => s('houses.nothing'),
  changed: () => void enterAgain().catch(() => undefined),
  asTree: (rows) =>
    inTree(
      rows as readonly (Row & { HoldID: number; HoldName: string; ParentHoldID: number | null })[],
    ),
};

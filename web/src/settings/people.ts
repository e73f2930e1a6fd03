/** Groups of devices, and users. */
import { roleText } from '../app/rights.ts';
import { s } from '../i18n/settings_text.ts';
import { groupChoices, groupText } from './devices.ts';
import type { Entity, Row } from './entity.ts';

const ROLES = ['viewer', 'operator', 'admin'] as const;

export const groupEntity: Entity = {
  name: 'groups',
  id: 'GroupID',
  nameOf: (row) => String(row['GroupName'] ?? ''),
  fields: [{ name: 'GroupName', label: () => s('groups.name'), kind: 'text', isRequired: true }],
  columns: [
    { label: () => s('groups.name'), text: (row) => String(row['GroupName']) },
    { label: () => s('set.number'), text: (row) => String(row['GroupID']) },
  ],
  list: 'manage/ListGroups',
  add: { call: 'manage/AddGroup', label: () => s('groups.add') },
  modify: 'manage/ModifyGroup',
  remove: { call: 'manage/DeleteGroup', text: () => s('groups.deleteText') },
  nothing: () => s('groups.nothing'),
};

function groupsText(row: Row): string {
  const ids = row['GroupIDs'] as number[];
  return ids.length === 0 ? s('users.allDevices') : ids.map(groupText).filter(Boolean).join(', ');
}

export const users: Entity = {
  name: 'users',
  id: 'UserID',
  nameOf: (row) => String(row['LoginName'] ?? ''),
  fields: [
    { name: 'LoginName', label: () => s('users.name'), kind: 'text', isRequired: true },
    {
      name: 'PassWord',
      label: () => s('users.password'),
      kind: 'secret',
      isRequired: true,
      min: 6,
      max: 128,
      hint: (row) => s(row === null ? 'users.passwordHint' : 'users.passwordChange'),
    },
    {
      name: 'Role',
      label: () => s('users.role'),
      kind: 'choice',
      first: () => 'viewer',
      choices: () => ROLES.map((role) => [role, `${roleText(role)}: ${s(`users.role.${role}`)}`]),
    },
    {
      name: 'GroupIDs',
      label: () => s('users.groups'),
      kind: 'choices',
      choices: groupChoices,
      hint: () => s('users.groupsHint'),
    },
    {
      name: 'ExpireTime',
      label: () => s('users.expire'),
      kind: 'time',
      hint: () => s('users.expireHint'),
    },
  ],
  columns: [
    { label: () => s('users.name'), text: (row) => String(row['LoginName']) },
    { label: () => s('users.role'), text: (row) => roleText(row['Role']) },
    { label: () => s('users.groups'), text: groupsText },
    { label: () => s('users.expire'), text: (row) => String(row['ExpireTime'] ?? '') },
  ],
  list: 'manage/ListUsers',
  add: { call: 'manage/AddUser', label: () => s('users.add') },
  modify: 'manage/ModifyUser',
  remove: { call: 'manage/DeleteUser', text: () => s('users.deleteText') },
  nothing: () => s('users.nothing'),
};

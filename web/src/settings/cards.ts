/** SIM cards. */
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import type { Entity, Row } from './entity.ts';

function statusText(row: Row): string {
  return s(row['Status'] === 'Activated' ? 'cards.on' : 'cards.off');
}

function dataText(row: Row): string {
  const [left, all] = [Number(row['UsageData']), Number(row['UsageAmount'])];
  return all === 0 ? t('none') : s('cards.left', { left, all });
}

export const cards: Entity = {
  name: 'sims',
  id: 'ICCID',
  nameOf: (row) => String(row['SIM'] || row['ICCID'] || ''),
  fields: [
    {
      name: 'ICCID',
      label: () => s('cards.iccid'),
      kind: 'text',
      isRequired: true,
      only: 'new',
      hint: () => s('cards.iccidHint'),
    },
    { name: 'SIM', label: () => s('cards.number'), kind: 'text', isRequired: true },
    { name: 'DeviceID', label: () => s('cards.device'), kind: 'text' },
    { name: 'PackageName', label: () => s('cards.package'), kind: 'text' },
    { name: 'EndDate', label: () => s('cards.end'), kind: 'day' },
    { name: 'Actived', label: () => s('cards.start'), kind: 'day' },
    { name: 'UsageAmount', label: () => s('cards.data'), kind: 'number' },
    { name: 'UsageData', label: () => s('cards.dataLeft'), kind: 'number' },
    { name: 'SMSAmount', label: () => s('cards.sms'), kind: 'number' },
    { name: 'SMSData', label: () => s('cards.smsLeft'), kind: 'number' },
    { name: 'IMSI', label: () => 'IMSI', kind: 'text' },
    {
      name: 'Provider',
      label: () => s('cards.provider'),
      kind: 'text',
      first: () => 'inventory',
      hint: () => s('cards.providerHint'),
    },
    { name: 'Tag', label: () => s('cards.tag'), kind: 'text' },
    { name: 'Remark', label: () => t('drawer.note'), kind: 'text', max: 200 },
  ],
  columns: [
    { label: () => s('cards.number'), text: (row) => String(row['SIM']) },
    { label: () => s('cards.iccid'), text: (row) => String(row['ICCID']) },
    { label: () => s('cards.status'), text: statusText },
    { label: () => s('cards.device'), text: (row) => String(row['DeviceID']) },
    { label: () => s('cards.package'), text: (row) => String(row['PackageName']) },
    { label: () => s('cards.data'), text: dataText },
    { label: () => s('cards.end'), text: (row) => String(row['EndDate'] ?? t('none')) },
  ],
  list: 'manage/ListSIMs',
  add: { call: 'manage/AddSIM', label: () => s('cards.add') },
  modify: 'manage/ModifySIM',
  remove: { call: 'manage/DeleteSIM', text: () => s('cards.deleteText') },
  nothing: () => s('cards.nothing'),
};

/** The drawer's tab on the tracker: what it is, how it is connected, and changing what is set. */
import { signal } from '@preact/signals';
import { groupName } from '../app/columns.ts';
import { type Details, detailsFor } from '../app/device.ts';
import { fleet } from '../app/fleet.ts';
import { role } from '../app/session.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { lazy } from '../parts/lazy.tsx';
import { Value } from '../parts/value.tsx';
import type { Row } from '../settings/entity.ts';
import { Trace } from './trace.tsx';

/** The form is loaded once somebody edits. */
const DeviceBeside = lazy(async () => (await import('../settings/device_beside.tsx')).DeviceBeside);
/** DeviceID of the one that is edited. */
const editing = signal('');

function typeName(type: number): string {
  return type === 1 || type === 2 ? t(`device.type.${type}`) : t('device.type.0');
}

/** Hours ahead of UTC: "UTC+8", "UTC+5:45". */
function offsetText(minutes: number | null): string {
  if (minutes === null) return '';
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
}

function hintText({ ClockHint }: Details): string {
  if (ClockHint?.UtcOffsetMinutes === undefined) return '';
  return t('device.hint', { zone: offsetText(ClockHint.UtcOffsetMinutes) });
}

function Rest({ found }: { found: Details }) {
  const cards = found.ICCIDs.length > 0 ? found.ICCIDs.join(', ') : found.ICCID;
  const tank = found.TankLitres;
  return (
    <>
      <Value name={t('device.type')}>{typeName(found.DeviceType)}</Value>
      <Value name={t('device.iccid')}>{cards}</Value>
      <Value name={t('device.tank')}>{tank > 0 ? f.measure(tank, 0, t('unit.l')) : ''}</Value>
      <Value name={t('device.password')}>{found.HasPassword ? t('device.isSet') : ''}</Value>
      <Value name={t('device.offset')}>{offsetText(found.UtcOffsetMinutes)}</Value>
      <Value name={t('device.clock')} class="hint">
        {hintText(found)}
      </Value>
      <Value name={t('drawer.protocol')}>{found.Protocol}</Value>
      <Value name={t('drawer.connection')}>
        {t(found.Connected ? 'drawer.connected' : 'drawer.notConnected')}
      </Value>
      <Value name={t('drawer.interval')}>
        {found.Interval === null ? '' : f.age(found.Interval)}
      </Value>
      <Value name={t('drawer.note')}>{found.Note}</Value>
    </>
  );
}

function edit(id: string): void {
  editing.value = id;
}

export function DrawerDevice({ slot }: { slot: number }) {
  const { id, oc, sim, model } = fleet.texts;
  const found = detailsFor(id[slot] ?? '');
  const name = id[slot] ?? '';
  if (name !== '' && editing.value === name && role.value !== 'viewer') {
    const row = typeof found === 'string' ? null : (found as unknown as Row);
    return <DeviceBeside id={name} row={row} onLeave={() => edit('')} />;
  }
  return (
    <>
      <dl class="values">
        <Value name={t('drawer.id')}>{id[slot]}</Value>
        <Value name={t('drawer.oc')}>{oc[slot]}</Value>
        <Value name={t('drawer.sim')}>{sim[slot]}</Value>
        <Value name={t('drawer.model')}>{model[slot]}</Value>
        <Value name={t('drawer.group')}>{groupName(slot)}</Value>
        {typeof found !== 'string' && <Rest found={found} />}
      </dl>
      {found === 'failed' && <p class="quiet">{t('drawer.failed')}</p>}
      {role.value !== 'viewer' && typeof found !== 'string' && (
        <div class="command-part">
          <div class="buttons">
            <button type="button" class="button" onClick={() => edit(name)}>
              {t('device.edit')}
            </button>
          </div>
        </div>
      )}
      {role.value !== 'viewer' && name !== '' && <Trace id={name} />}
    </>
  );
}

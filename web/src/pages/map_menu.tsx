/** The menu of a right click or a long press on the map. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { copy } from '../app/clipboard.ts';
import { select } from '../app/device.ts';
import { fleet } from '../app/fleet.ts';
import { followed, toggleFollow } from '../app/follow.ts';
import { hasHistory, openHistory } from '../app/history.ts';
import { go } from '../app/navigation.ts';
import { role } from '../app/session.ts';
import { mayShare, openSharing } from '../app/shares.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { fromBase } from '../map/base.ts';
import { fenceWanted } from '../map/fences.ts';
import { measured } from '../map/measure.ts';
import { findNear } from '../map/near.ts';
import { type MenuAt, menuAt } from '../map/picking.ts';
import { atSpot } from './spot.ts';

interface Entry {
  text: string;
  act: () => void;
}

function ofVehicle(slot: number): Entry[] {
  const id = fleet.texts.id[slot];
  if (id === undefined) return [];
  const entries = [
    { text: t('map.select'), act: () => select(slot) },
    {
      text: t(followed.value.has(id) ? 'map.unfollow' : 'map.follow'),
      act: () => toggleFollow(id),
    },
  ];
  if (hasHistory()) entries.push({ text: t('map.history'), act: () => openHistory(id) });
  if (mayShare.value) entries.push({ text: t('share.shareMap'), act: () => openSharing([id]) });
  return entries;
}

function entriesOf(at: MenuAt): Entry[] {
  const [lon, lat] = fromBase(at.lon, at.lat);
  const position = f.position(lon * 1e6, lat * 1e6);
  return [
    ...ofVehicle(at.slot),
    { text: t('map.copy', { position }), act: () => void copy(position) },
    { text: t('map.nearestHere'), act: () => findNear(at) },
    {
      text: t('map.measureFrom'),
      act: () => {
        measured.value = [[lon, lat]];
      },
    },
    ...(role.value === 'viewer' ? [] : [{ text: t('map.newFence'), act: () => draw([lon, lat]) }]),
  ];
}

function draw(at: [number, number]): void {
  fenceWanted.value = at;
  go({ page: 'map', fence: 'new' });
}

export function MapMenu() {
  const host = useRef<HTMLDivElement>(null);
  const at = menuAt.value;
  useLayoutEffect(() => {
    if (at === null) return undefined;
    host.current?.querySelector<HTMLElement>('button')?.focus();
    const close = (event: Event) => {
      const isKey = event instanceof KeyboardEvent;
      if (isKey ? event.key !== 'Escape' : host.current?.contains(event.target as Node)) return;
      if (isKey) event.stopPropagation();
      menuAt.value = null;
    };
    document.addEventListener('keydown', close, true);
    document.addEventListener('pointerdown', close);
    return () => {
      document.removeEventListener('keydown', close, true);
      document.removeEventListener('pointerdown', close);
    };
  }, [at]);
  if (at === null) return null;
  const name = at.slot < 0 ? '' : (fleet.texts.plate[at.slot] ?? '');
  return (
    <div
      class="map-menu"
      ref={host}
      style={atSpot(at.x, at.y)}
      role="group"
      aria-label={t('map.menu')}
    >
      {name !== '' && <b class="menu-name">{name}</b>}
      {entriesOf(at).map(({ text, act }) => (
        <button
          type="button"
          class="menu-item"
          key={text}
          onClick={() => {
            menuAt.value = null;
            act();
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

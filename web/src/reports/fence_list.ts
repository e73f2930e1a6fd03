/** The geofences by name, for the choice of those of which visits are told. */
import { effect, signal, untracked } from '@preact/signals';
import { fencesVersion } from '../app/fleet.ts';
import { call, me } from '../app/session.ts';

const ROWS = 1000;
const PAGES_MAX = 10;

export interface FenceName {
  id: number;
  name: string;
}

export const fenceNames = signal<readonly FenceName[] | 'none' | 'failed'>('none');
/** Of which enterprise and version of its geofences they are. */
let readOf = '';
let turn = 0;

function wanted(): string {
  return `${me.value?.HoldID} ${fencesVersion.value}`;
}

async function readAll(): Promise<FenceName[]> {
  const rows: FenceName[] = [];
  for (let page = 1, total = 1; rows.length < total && page <= PAGES_MAX; page++) {
    const found = await call('manage/ListGeofences', { PageIndex: page, PageSize: ROWS });
    total = found.total;
    rows.push(
      ...found.data.map(({ PolygonID, RegionName }) => ({ id: PolygonID, name: RegionName })),
    );
    if (found.data.length === 0) break;
  }
  return rows.sort((a, b) => a.name.localeCompare(b.name));
}

async function read(of: string): Promise<void> {
  if (Array.isArray(fenceNames.peek()) && readOf === of) return;
  const own = ++turn;
  const found = await readAll().catch(() => 'failed' as const);
  if (own !== turn) return;
  readOf = of;
  fenceNames.value = found;
}

/** Once, and again for other geofences or another enterprise; the answer ends it. */
export function followFenceNames(): () => void {
  return effect(() => {
    const of = wanted();
    untracked(() => {
      if (readOf.split(' ')[0] !== of.split(' ')[0]) fenceNames.value = 'none';
      void read(of);
    });
  });
}

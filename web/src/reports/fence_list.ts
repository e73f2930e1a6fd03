/** The geofences by name, for the choice of those of which visits are told. */
import { signal } from '@preact/signals';
import { fencesVersion } from '../app/fleet.ts';
import { call } from '../app/session.ts';

const ROWS = 1000;
const PAGES_MAX = 10;

export interface FenceName {
  id: number;
  name: string;
}

export const fenceNames = signal<readonly FenceName[] | 'none' | 'failed'>('none');
let version: number | null = null;
let turn = 0;

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

/** Once, and again after they were changed. */
export async function readFenceNames(): Promise<void> {
  const isKnown = Array.isArray(fenceNames.peek()) && version === fencesVersion.peek();
  if (isKnown) return;
  const own = ++turn;
  const found = await readAll().catch(() => 'failed' as const);
  if (own !== turn) return;
  version = fencesVersion.peek();
  fenceNames.value = found;
}

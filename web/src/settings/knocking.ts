/** Asking for one tracker that knocks, by its ID. */

import { call } from '../app/session.ts';
import type { Knocking } from '../app/setup.ts';

export async function askKnocking(id: string): Promise<Knocking[] | 'failed'> {
  const fields = { DeviceID: id, PageIndex: 1, PageSize: 50 };
  const found = await call('manage/ListUnknownDevices', fields).catch(() => null);
  return found === null ? 'failed' : found.data;
}

/** The link of a share, by which a page may come, and what its token may call. */
import type { Method } from './api.ts';

/** Its token follows. */
const PATH = '/s/';
const TOO_MANY = 429;
/** Stands for the enterprise of a share, which is not told. */
export const SHARE_HOLD = 1;
/** What a list is narrowed by, which whoever came by a link could not widen again. */
export const NOT_OF_SHARES = { ids: '', type: '', q: '', f: '', g: '', fence: '', kiosk: '' };
const CALLED: readonly Method[] = [
  'vehicle/GetCurrentVehicleInfoByDeviceIDs',
  'vehicle/GetVehicleTrace',
  'manage/GetMe',
  'manage/GetDevice',
  'manage/GetPlaces',
  'manage/GetTrack',
  'manage/GetTrips',
  'manage/GetStops',
  'manage/GetDays',
  'snapshot',
];

/** The token of the link; null: the page came by none. */
export function linkToken(): string | null {
  return location.pathname.startsWith(PATH) ? location.pathname.slice(PATH.length) : null;
}

/** All else is not even asked. */
export function mayLinkCall(method: Method): boolean {
  return CALLED.includes(method);
}

/** Why a link shows nothing: its share is over, there is none, or too many look at it. */
export type LinkFault = '' | 'over' | 'wrong' | 'busy';

export function linkFault(code: number): LinkFault {
  return code === TOO_MANY ? 'busy' : 'wrong';
}

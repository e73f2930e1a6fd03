/**
 * Who uses the page. At "/" the browser remembers it by a cookie that no script can read (Resume);
 * a page that came with a key, or stands in a frame at "/api", keeps its token for this tab alone.
 */
import { batch, computed, signal } from '@preact/signals';
import { language, zone } from '../i18n/choice.ts';
import { dropPictures } from '../store/cache.ts';
import { PAGE_USUAL } from './address.ts';
import { oneAtATime } from './again.ts';
import { dropAhead } from './ahead.ts';
import type { Data, Method, Request, Row } from './api.ts';
import { ApiError, loginToken, post } from './api.ts';
import { LEAVING } from './kept.ts';
import type { LinkFault } from './link.ts';
import { linkFault, linkToken, mayLinkCall, NOT_OF_SHARES, SHARE_HOLD } from './link.ts';
import { address, adjust, replaceQuery } from './navigation.ts';
import { keep, kept, languageIsChosen, unitsGiven } from './settings.ts';
import { keepForTab, keyOfTab, standsAlone } from './tab_key.ts';

export type Me = Data<'manage/GetMe'>;
export type Enterprise = Row<'manage/ListEnterprises'>;

/** starting: it is being found out; failed: the server does not answer. */
export type Phase = 'starting' | 'login' | 'in' | 'failed';

export const phase = signal<Phase>('starting');
export const me = signal<Me | null>(null);
/** Why the login page is shown, where there is a reason. */
export const loginNote = signal<'' | 'ended' | 'badKey'>('');
/** Of root and of an admin: its own and those below, as far as they are read; else none. */
const NO_ENTERPRISES: { rows: Enterprise[]; total: number } = { rows: [], total: 0 };
export const enterprises = signal(NO_ENTERPRISES);
/** The account that what was typed here is of, also once its login has ended; '': of nobody. */
export const typist = signal('');
/** Counts the logins of this page: what goes on for long begins anew with the next one. */
export const logins = signal(0);
export const role = computed(() => me.value?.Role ?? 'viewer');
/** The page shows what a link shares, to somebody without an account. */
export const isShared = computed(() => me.value?.Share !== undefined);
/** Why a link shows nothing; '': it does, or the page came without one. */
export const shareFault = signal<LinkFault>('');

const NO_SUCH_TOKEN = 4009;
const ENTERPRISES_READ = 1000;
const READ_AGAIN_MS = 1000;
let token = '';
let isRenewing = false;
let isForTab = false;
/** The own enterprise; null: root has none. */
let home: number | null = null;
/** The enterprise of a device, by DeviceID or plate; null: as the caller acts. */
let holdOfDevice: (name: string) => number | null = () => null;

export function tokenNow(): string {
  return token;
}

/** Whether what the page shows may be kept on this browser. */
export function mayKeep(): boolean {
  return !isForTab;
}

/** Calls for who is logged in, in the enterprise that is chosen. A token that ended: the login. */
export async function call<M extends Method>(method: M, fields: Request<M>): Promise<Data<M>> {
  const sent = token;
  if (isShared.value && !mayLinkCall(method)) throw new ApiError(403, '');
  try {
    return await post(method, withHold(fields), sent);
  } catch (error) {
    denies(error, sent);
    if (error instanceof ApiError && error.code === 403) readMe(); // it may less than it did
    throw error;
  }
}

/** The fleet knows whose a device is, where those below are shown, too. */
export function setHoldOfDevice(find: (name: string) => number | null): void {
  holdOfDevice = find;
}

/** Of a call that is about a device, and does not name it. */
export function inHoldOf(deviceId: string): { HoldID?: number } {
  const hold = holdOfDevice(deviceId);
  return hold === null ? {} : { HoldID: hold };
}

/** HoldID of calls; null: the own enterprise, which needs none. */
export function actingHold(): number | null {
  const hold = me.value?.HoldID ?? null;
  return hold === home ? null : hold;
}

/** A call for a device is made in the enterprise of that, whichever the page acts in. */
function withHold<T extends object>(fields: T): T {
  const { DeviceID, DeviceIDs, VehiclePlates } = fields as Record<string, unknown>;
  const [first] = [DeviceID ?? DeviceIDs ?? VehiclePlates].flat();
  const ofDevice = typeof first === 'string' ? holdOfDevice(first) : null;
  const hold = ofDevice === null ? actingHold() : ofDevice === home ? null : ofDevice;
  return hold === null ? fields : { HoldID: hold, ...fields };
}

/** Whether an answer says that the token by which it was asked for is none any more. */
function denies(error: unknown, sent: string): boolean {
  const isDenied = error instanceof ApiError && error.code === 401 && sent === token && sent !== '';
  if (isDenied) denySession();
  return isDenied;
}

/** The server says that the token is none any more; while it is changed, that is no news. */
export function denySession(): void {
  if (!isRenewing) endSession('ended');
}

/** For what ends all tokens of the account, and then logs in anew. */
export async function whileRenewed<T>(act: () => Promise<T>): Promise<T> {
  isRenewing = true;
  try {
    return await act();
  } finally {
    isRenewing = false;
  }
}

export function endSession(note: '' | 'ended' | 'badKey'): void {
  dropAhead();
  token = '';
  keepForTab('');
  batch(() => {
    if (isShared.value) shareFault.value = 'over';
    me.value = null;
    enterprises.value = NO_ENTERPRISES;
    loginNote.value = note;
    phase.value = 'login';
  });
  void dropPictures();
}

/** Finds out who it is: by a key, by what the tab keeps, by the cookie. */
export async function startSession(): Promise<void> {
  shareFault.value = '';
  token = linkToken() ?? keyOfTab();
  isForTab = token !== '' || linkToken() !== null;
  try {
    if (token === '' && standsAlone()) token = await resume();
    if (token !== '') await enter();
    else if (linkToken() !== null) failLink(0);
    else endSession('');
  } catch (error) {
    dropAhead(); // who tries again may do so hours later
    const isRefused = error instanceof ApiError && error.code !== 0 && error.code < 500;
    if (isRefused && linkToken() !== null) failLink(error.code);
    else if (isRefused) endSession(isForTab ? 'badKey' : '');
    else phase.value = 'failed';
  }
}

function failLink(code: number): void {
  endSession('');
  shareFault.value = linkFault(code);
}

/** The token that the browser remembers; "" where it belongs to who has logged out. */
async function resume(): Promise<string> {
  const found = await post('user/Resume', {});
  if (kept(LEAVING) === '') return found;
  await leave(found);
  return '';
}

/** Throws ApiError, for the page to say. */
export async function logIn(name: string, password: string): Promise<void> {
  const fields = { LoginName: name, PassWord: password, Remember: standsAlone() };
  token = await loginToken(fields);
  isForTab = !standsAlone();
  if (isForTab) keepForTab(token);
  else keep(LEAVING, '');
  loginNote.value = '';
  logins.value++;
  await enter();
}

export async function logOut(): Promise<void> {
  const ended = token;
  if (!isForTab) keep(LEAVING, '1');
  typist.value = '';
  endSession('');
  replaceQuery('');
  await leave(ended);
}

/** Ends a token. Where the server cannot be told now, it is when the page starts again. */
async function leave(ended: string): Promise<void> {
  try {
    await post('user/LogOut', {}, ended);
  } catch (error) {
    const isGone = error instanceof ApiError && [401, NO_SUCH_TOKEN].includes(error.code);
    if (!isGone) return;
  }
  if (!isForTab) keep(LEAVING, '');
}

/** Whoever leads may act in an enterprise below the own, root in any. */
function leads({ Role, Groups }: Me): boolean {
  return Role === 'root' || (Role === 'admin' && Groups.length === 0);
}

async function enter(): Promise<void> {
  const sent = token;
  const own = await post('manage/GetMe', {}, sent);
  if (sent !== token) return; // another login began, or this one ended
  if (own.Share) own.HoldID = SHARE_HOLD;
  home = own.HoldID;
  const found = leads(own) ? await meWhereWanted(own) : own;
  if (sent !== token) return;
  if (!leads(own)) enterprises.value = NO_ENTERPRISES;
  showIn(found);
}

async function meWhereWanted(own: Me): Promise<Me> {
  const reading = readEnterprises();
  const isElsewhere = home === null || address.value.hold !== '';
  if (isElsewhere) await reading;
  return isElsewhere ? await meIn(own, wantedHold()) : own;
}

/** Reads what whoever is logged in may do: that may have changed. */
export const readMe = oneAtATime(async () => {
  if (phase.peek() !== 'in' || isShared.peek()) return;
  const sent = token;
  await enter().catch((error: unknown) => denies(error, sent));
}, READ_AGAIN_MS);

async function readEnterprises(): Promise<void> {
  const page = { PageIndex: 1, PageSize: ENTERPRISES_READ };
  const sent = token;
  try {
    const list = await post('manage/ListEnterprises', page, sent);
    if (sent === token) enterprises.value = { rows: list.data, total: list.total };
  } catch (error) {
    if (home === null) throw error; // root acts in one of them
  }
}

/** Which enterprise the address names; root else takes the last one, or the first. */
function wantedHold(): number | null {
  const { rows } = enterprises.value;
  const last = home === null ? Number(kept('hold')) : 0;
  return Number(address.value.hold) || home || last || (rows[0]?.HoldID ?? null);
}

/** Who it is there; of an enterprise that there is not, in the own or the first one. */
async function meIn(own: Me, hold: number | null): Promise<Me> {
  const others = [hold, home ?? enterprises.value.rows[0]?.HoldID ?? null];
  for (const each of others) {
    if (each === home) return own;
    try {
      if (each !== null) return await post('manage/GetMe', { HoldID: each }, token);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === 0 || error.code === 401) throw error;
    }
  }
  return own;
}

/** Follows the address into another enterprise; throws ApiError where that does not work. */
export async function enterEnterprise(): Promise<void> {
  const hold = wantedHold();
  if (hold === (me.value?.HoldID ?? null)) return;
  const sent = token;
  const fields = hold === home || !hold ? {} : { HoldID: hold };
  const found = await post('manage/GetMe', fields, sent).catch((error: unknown) => {
    if (sent === token && !denies(error, sent)) throw error;
  });
  if (found && sent === token && wantedHold() === hold) showIn(found);
}

/** After enterprises were added. */
export const enterAgain = (): Promise<void> => enter();

/** What the address says of an enterprise: nothing of the own. */
export function holdText(hold: number | null): string {
  return hold === null || hold === home ? '' : String(hold);
}

function showIn(found: Me): void {
  const isSame = JSON.stringify(found) === JSON.stringify(me.peek());
  if (isSame && phase.peek() === 'in') return;
  batch(() => {
    me.value = found;
    typist.value = found.LoginName;
    zone.value = found.TimeZone;
    unitsGiven.value = found.Units === 'mi' ? 'mi' : 'km';
    if (!languageIsChosen.value && found.Language === 'zh') language.value = 'zh';
    if (address.value.page === 'login') adjust({ page: PAGE_USUAL });
    if (found.Share) adjust(NOT_OF_SHARES);
    if (leads(found)) adjust({ hold: holdText(found.HoldID) });
    phase.value = 'in';
  });
}

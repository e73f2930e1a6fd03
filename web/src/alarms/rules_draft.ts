/** The rules of the scope that is chosen: read, changed, saved on top of what others saved. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { ApiError, type Request } from '../app/api.ts';
import { fleet, groups, shown, tick } from '../app/fleet.ts';
import { address } from '../app/navigation.ts';
import { say } from '../app/notice.ts';
import { call, inHoldOf, me, phase, role } from '../app/session.ts';
import { onOtherAccount } from '../app/typed.ts';
import {
  FIELD_NAMES,
  type FieldName,
  isBad,
  isSame,
  type Rules,
  rebase,
  requestOf,
  type Scope,
  type Setting,
  type Settings,
  settingsOf,
} from './rules.ts';
import { d } from './text.ts';

export interface Subject {
  scope: Scope;
  /** GroupID or DeviceID; '' of the enterprise, or where none is chosen yet. */
  id: string;
}

export interface RulesDraft {
  subject: Subject;
  base: Settings;
  mine: Settings;
  /** What holds above it, with its sources; null: nothing is above. */
  above: Rules | null;
  theirs: Partial<Settings>;
  fault: string;
}

/** What the address says: "group.3", "device.8600…", '': the enterprise. */
export const subject = computed<Subject>(() => {
  const [scope, ...rest] = address.value.item.split('.');
  const id = rest.join('.');
  return scope === 'group' || scope === 'device' ? { scope, id } : { scope: 'enterprise', id: '' };
});

export function itemOf({ scope, id }: Subject): string {
  return scope === 'enterprise' ? '' : `${scope}.${id}`;
}

export const rules = signal<RulesDraft | 'reading' | 'failed' | 'gone' | null>(null);
export const isSaving = signal(false);
/** What was changed and not saved, by subject: it stays while one looks elsewhere. */
const kept = new Map<string, RulesDraft>();

export const changed = computed(() => {
  const now = rules.value;
  if (now === null || typeof now === 'string') return [];
  return FIELD_NAMES.filter((name) => !isSame(now.base[name], now.mine[name]));
});

/** Whoever is limited to groups sets nothing of the whole enterprise. */
export const maySet = computed(() => {
  const isLimited = (me.value?.Groups.length ?? 0) > 0;
  return role.value !== 'viewer' && !(subject.value.scope === 'enterprise' && isLimited);
});

export function nameOf({ scope, id }: Subject): string {
  if (scope === 'enterprise') return me.value?.HoldName ?? '';
  if (scope === 'group') return groups.value.find(([group]) => String(group) === id)?.[1] ?? id;
  const slot = fleet.slotOfId(id);
  return (slot < 0 ? '' : fleet.texts.plate[slot]) || id;
}

/** The group that a device is in; '': none. */
export function groupOf(id: string): string {
  tick.value;
  const slot = fleet.slotOfId(id);
  const group = slot < 0 ? 0 : (fleet.numbers.g[slot] as number);
  return group > 0 ? String(group) : '';
}

function fieldsOf({ scope, id }: Subject, Effective: boolean) {
  return { Scope: scope, ...(id === '' ? {} : { ID: id }), ...(Effective ? { Effective } : {}) };
}

/** Whose rules they are, where those below are shown with the own. */
function holdOf({ scope, id }: Subject): { HoldID?: number } {
  return scope === 'device' ? inHoldOf(id) : {};
}

async function readAbove(of: Subject): Promise<Rules | null> {
  const { scope, id } = of;
  if (scope === 'enterprise') return null;
  const group = scope === 'device' ? groupOf(id) : '';
  const above: Subject =
    group === '' ? { scope: 'enterprise', id: '' } : { scope: 'group', id: group };
  return await call('manage/GetAlarmRules', { ...fieldsOf(above, true), ...holdOf(of) });
}

async function read(of: Subject): Promise<{ own: Settings; above: Rules | null }> {
  const [own, above] = await Promise.all([
    call('manage/GetAlarmRules', { ...fieldsOf(of, false), ...holdOf(of) }),
    readAbove(of),
  ]);
  return { own: settingsOf(own), above };
}

function keyOf(of: Subject): string {
  return `${me.peek()?.HoldID ?? ''} ${itemOf(of)}`;
}

export async function openRules(): Promise<void> {
  const of = subject.peek();
  const key = keyOf(of);
  const isNow = () => subject.peek() === of && keyOf(of) === key;
  if (of.scope !== 'enterprise' && of.id === '') {
    rules.value = null;
    return;
  }
  rules.value = 'reading';
  try {
    const { own, above } = await read(of);
    if (!isNow()) return;
    const mine = kept.get(key); // an answer that came before this one was changed since
    const fresh: RulesDraft = { subject: of, base: own, mine: own, above, theirs: {}, fault: '' };
    rules.value = mine ? onTop(mine, own, above) : fresh;
  } catch (error) {
    if (!isNow()) return;
    rules.value = error instanceof ApiError && error.code === 404 ? 'gone' : 'failed';
  }
}

/** Mine on top of what is stored now; only where that clashes it is told. */
function onTop(mine: RulesDraft, own: Settings, above: Rules | null): RulesDraft {
  const { settings, theirs } = rebase(mine.base, mine.mine, own);
  const isClash = Object.keys(theirs).length > 0;
  const fault = isClash ? d('rules.changedMeanwhile') : '';
  return { ...mine, base: own, mine: settings, above, theirs, fault };
}

/** `key`: whose they are; shown where these are still looked at. */
function put(next: RulesDraft, key = keyOf(next.subject)): void {
  if (keyOf(subject.peek()) === key) rules.value = next;
  const isChanged = FIELD_NAMES.some((name) => !isSame(next.base[name], next.mine[name]));
  if (isChanged) kept.set(key, next);
  else kept.delete(key);
}

// what one account typed is nothing to the next
onOtherAccount(() => kept.clear());
// a page that is left for good loses it
addEventListener('beforeunload', (event) => {
  if (kept.size > 0) event.preventDefault();
});

export function setField(name: FieldName, setting: Setting): void {
  const now = rules.value;
  if (now === null || typeof now === 'string') return;
  const { [name]: _seen, ...theirs } = now.theirs;
  put({ ...now, mine: { ...now.mine, [name]: setting }, theirs, fault: '' });
}

export function undoAll(): void {
  const now = rules.value;
  if (now === null || typeof now === 'string') return;
  put({ ...now, mine: now.base, theirs: {}, fault: '' });
}

function refusal(error: unknown): string {
  if (!(error instanceof ApiError) || error.code === 0) return d('rules.silent');
  if (error.code === 404) return d('rules.gone');
  return d('rules.refused', { why: error.message || String(error.code) });
}

/** As it is edited now, which may be more than what is being saved. */
function latest(key: string, sent: RulesDraft): RulesDraft {
  const now = rules.peek();
  const isShown = now !== null && typeof now !== 'string' && keyOf(now.subject) === key;
  return isShown ? now : (kept.get(key) ?? sent);
}

/** A row is replaced as a whole: what others saved is read first; what is set meanwhile stays. */
async function saveIt(now: RulesDraft, key: string): Promise<void> {
  const { own, above } = await read(now.subject);
  if (keyOf(now.subject) !== key) return; // another enterprise is acted in: all stays as typed
  const next = onTop(now, own, above);
  if (next.fault !== '') {
    put(onTop(latest(key, now), own, above), key);
    return;
  }
  const { subject: of } = now;
  const fields = { ...fieldsOf(of, false), ...holdOf(of), ...requestOf(next.mine) };
  await call('manage/SetAlarmRules', fields as Request<'manage/SetAlarmRules'>);
  const { settings } = rebase(now.mine, latest(key, now).mine, next.mine);
  put({ ...next, base: next.mine, mine: settings, theirs: {}, fault: '' }, key);
  say(d('rules.saved'));
}

export async function saveRules(): Promise<void> {
  const now = rules.value;
  if (now === null || typeof now === 'string' || isSaving.value) return;
  if (FIELD_NAMES.some((name) => isBad(name, now.mine[name]))) return;
  isSaving.value = true;
  const key = keyOf(now.subject);
  try {
    await saveIt(now, key);
  } catch (error) {
    if (phase.peek() === 'in') put({ ...latest(key, now), fault: refusal(error) }, key);
  }
  isSaving.value = false;
}

/** Reads the rules of what the address names, until the answer is called. */
export function watchRules(): () => void {
  return effect(() => {
    me.value;
    // the group of a device is known once the fleet is
    const isReady = subject.value.scope !== 'device' || shown.value === 'fleet';
    untracked(() => {
      if (isReady) void openRules();
      else rules.value = 'reading';
    });
  });
}

/** Saving a form, taking that back, deleting its object; and what the server says to it. */
import { signal } from '@preact/signals';
import { NEW } from '../app/address.ts';
import { ApiError } from '../app/api.ts';
import { address, go } from '../app/navigation.ts';
import { say } from '../app/notice.ts';
import { call } from '../app/session.ts';
import { s } from '../i18n/settings_text.ts';
import {
  apiValue,
  changedFields,
  type Draft,
  draftOf,
  faultsOf,
  fieldsOf,
  isOwnChange,
  rebased,
  refusalOf,
  textOf,
  typed,
} from './draft.ts';
import type { Entity, Field, Row } from './entity.ts';
import { draftAt, dropForm, keyOf, putForm } from './forms.ts';
import { readList, readOne } from './lists.ts';

const CHANGED = 'Changed meanwhile';

/** The object of a form, and where that stands: also once another enterprise is acted in. */
interface Place {
  entity: Entity;
  id: string;
  key: string;
}

/** The keys of the forms whose call is under way. */
const saving = signal<ReadonlySet<string>>(new Set());

export function isSaving(entity: Entity, id: string): boolean {
  return saving.value.has(keyOf(entity, id));
}

function fail({ entity, key }: Place, faults: Record<string, string>): void {
  const draft = draftAt(key);
  if (draft !== null) putForm(entity, key, { ...draft, faults });
}

/** No answer came, or none that says anything of what was asked. */
export function isSilence(error: unknown): boolean {
  return !(error instanceof ApiError) || error.code === 0 || error.code === 503;
}

/** What the server refused, at the field that it names. A login that ended says so by itself. */
function tellRefusal(place: Place, error: unknown): void {
  const draft = draftAt(place.key);
  if (draft === null) return;
  if (isSilence(error)) {
    fail(place, { '': s('set.silent') });
    return;
  }
  const { code, message } = error as ApiError;
  if (code === 401) return;
  const { field, why, isTaken } = refusalOf(message);
  const at = fieldsOf(place.entity, draft.base).find(({ name }) => name === field);
  const text = isTaken ? s('set.taken') : why || String(code);
  if (code === 403) fail(place, { '': s('set.forbidden', { why: text }) });
  else fail(place, at ? { [at.name]: text } : { '': s('set.refused', { why: text }) });
}

function valuesOf(fields: readonly Field[], { values }: Draft): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((each) => [each.name, apiValue(each, values[each.name] ?? '')]),
  );
}

/** What is not said of a new one is left to the server. */
function givenFields(entity: Entity, { values }: Draft): readonly Field[] {
  return fieldsOf(entity, null).filter(({ name }) => (values[name] ?? '').trim() !== '');
}

export async function modify(entity: Entity, base: Row, values: object): Promise<void> {
  const fields = { [entity.id]: base[entity.id], Version: base['Version'], ...values };
  await call(entity.modify, fields as never);
}

async function send(entity: Entity, draft: Draft, changed: readonly Field[]): Promise<void> {
  const { base, requestId } = draft;
  if (base === null) {
    const fields = { ...valuesOf(givenFields(entity, draft), draft), RequestID: requestId };
    if (entity.add) await call(entity.add.call, fields as never);
  } else if (entity.change) await entity.change(base, valuesOf(changed, draft));
  else await modify(entity, base, valuesOf(changed, draft));
}

function judge(entity: Entity, draft: Draft): Record<string, string> {
  return faultsOf(entity, draft, {
    missing: s('set.missing'),
    noNumber: s('set.noNumber'),
    tooShort: (min) => s('set.tooShort', { min }),
  });
}

/**
 * Whether it is saved, or nothing of it was changed. A second click while the first one's call is
 * under way does nothing.
 */
export async function save(entity: Entity, id: string): Promise<boolean> {
  const key = keyOf(entity, id);
  const place = { entity, id, key };
  const draft = draftAt(key);
  if (draft === null || saving.peek().has(key)) return false;
  const changed = changedFields(entity, draft);
  if (draft.base !== null && changed.length === 0) return true;
  const faults = judge(entity, draft);
  if (Object.keys(faults).length > 0) {
    fail(place, faults);
    return false;
  }
  saving.value = new Set(saving.peek()).add(key);
  const isSaved = await attempt(place, draft, changed);
  saving.value = new Set([...saving.peek()].filter((each) => each !== key));
  return isSaved;
}

/** Secrets are never told back: whether one arrived nobody can see. */
function noteLost({ entity, key }: Place, sent: Draft, changed: readonly Field[]): void {
  const draft = draftAt(key);
  if (draft === null || sent.base === null) return;
  const plain = changed.filter(({ kind }) => kind !== 'secret');
  const texts = plain.map((field) => [field.name, typed(field, sent.values)]);
  putForm(entity, key, { ...draft, lost: { ...draft.lost, ...Object.fromEntries(texts) } });
}

async function attempt(place: Place, draft: Draft, changed: readonly Field[]): Promise<boolean> {
  try {
    await send(place.entity, draft, changed);
  } catch (error) {
    const isOld = error instanceof ApiError && error.code === 409 && error.message === CHANGED;
    if (isOld) return await takeTheirs(place, draft);
    if (isSilence(error)) noteLost(place, draft, changed);
    tellRefusal(place, error);
    return false;
  }
  await afterSave(place, draft, changed);
  return true;
}

function nameOf(entity: Entity, { base, values }: Draft): string {
  return base === null ? entity.nameOf({ ...values }) : entity.nameOf(base);
}

async function afterSave(place: Place, draft: Draft, changed: readonly Field[]): Promise<void> {
  const { entity, id, key } = place;
  const { base } = draft;
  const isPlain = changed.length > 0 && changed.every(({ kind }) => kind !== 'secret');
  const undo =
    base !== null && isPlain && !entity.change ? () => takeBack(entity, base, changed) : null;
  const name = nameOf(entity, draft);
  say(s(base === null ? 'set.added' : 'set.saved', { name }), undo && (() => void undo()));
  if (id === NEW || keyOf(entity, id) !== key) {
    if (isOpen(place)) go({ item: '' });
    putForm(entity, key, null);
    changedOne(entity);
    return;
  }
  await refresh(place, draft);
}

/** It is what one looks at. */
function isOpen({ entity, id, key }: Place): boolean {
  const { item, set } = address.peek();
  return item === id && set === entity.name && keyOf(entity, id) === key;
}

function changedOne(entity: Entity): void {
  entity.changed?.();
  void readList(entity);
}

/** The form shows what there is now; what was typed while it was saved stays. */
async function refresh({ entity, id, key }: Place, sent: Draft | null): Promise<void> {
  changedOne(entity);
  const fresh = await readOne(entity, id).catch(() => null);
  const now = draftAt(key);
  if (fresh === null || now === null) {
    putForm(entity, key, fresh && draftOf(entity, fresh, ''));
    return;
  }
  const next = rebased(entity, now, fresh);
  const secrets = entity.fields
    .filter(({ kind, name }) => kind === 'secret' && now.values[name] === sent?.values[name])
    .map(({ name }) => [name, '']);
  const values = { ...next.values, ...Object.fromEntries(secrets) };
  putForm(entity, key, { ...next, values, theirs: {} });
}

async function takeBack(entity: Entity, base: Row, changed: readonly Field[]): Promise<void> {
  const id = String(base[entity.id]);
  const before = changed.map((field) => [field.name, apiValue(field, textOf(field, base))]);
  try {
    const fresh = await readOne(entity, id);
    if (fresh === null) throw new ApiError(404, '');
    await modify(entity, fresh, Object.fromEntries(before));
    say(s('set.undone'));
    await refresh({ entity, id, key: keyOf(entity, id) }, null);
  } catch {
    say(s('set.notUndone'));
  }
}

/**
 * Somebody else was faster, or it was oneself and the answer was lost: where all is as it was
 * wanted, it is saved.
 */
async function takeTheirs(place: Place, draft: Draft): Promise<boolean> {
  const { entity, id, key } = place;
  const fresh = await readOne(entity, id).catch(() => 'silent' as const);
  if (keyOf(entity, id) !== key) return false; // another enterprise is acted in: all stays as typed
  if (fresh === 'silent') fail(place, { '': s('set.silent') });
  else if (fresh === null) putForm(entity, key, 'gone');
  else {
    const mine = rebased(entity, draft, fresh);
    const left = changedFields(entity, mine);
    const isDone = left.length === 0;
    if (!isDone && isOwnChange(entity, draft, fresh)) return await attempt(place, mine, left);
    putForm(entity, key, isDone ? mine : { ...mine, faults: { '': s('set.changed') } });
    if (isDone) await afterSave(place, mine, []);
    return isDone;
  }
  return false;
}

/** Deletes it; answers why that did not work, '' where it did. */
export async function remove(entity: Entity, row: Row): Promise<string> {
  const id = String(row[entity.id]);
  try {
    if (entity.remove) await call(entity.remove.call, { [entity.id]: row[entity.id] } as never);
  } catch (error) {
    if (isSilence(error)) return s('set.silentDelete');
    const { code, message } = error as ApiError;
    if (code !== 404) return s('set.notDeleted', { why: message });
  }
  say(s('set.deleted', { name: entity.nameOf(row) }));
  dropForm(entity, id);
  if (address.peek().item === id) go({ item: '' });
  changedOne(entity);
  return '';
}

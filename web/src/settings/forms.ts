/**
 * The forms that are open or half filled in: by enterprise, kind and object, until they are saved
 * or dropped. Leaving a form, the page or a connection loses nothing, nor does a login or a role
 * that ends; a logout forgets all.
 */
import { signal } from '@preact/signals';
import { NEW } from '../app/address.ts';
import { go } from '../app/navigation.ts';
import { me } from '../app/session.ts';
import { newRequestId } from '../app/setup.ts';
import { onOtherAccount } from '../app/typed.ts';
import { changedFields, type Draft, draftOf, withValue } from './draft.ts';
import type { Entity, Row } from './entity.ts';
import { readOne } from './lists.ts';

/** Of an object that is not read yet, or is gone. */
export type Opened = Draft | 'loading' | 'failed' | 'gone';

const forms = signal<ReadonlyMap<string, { entity: Entity; now: Opened }>>(new Map());

export function keyOf({ name }: Entity, id: string): string {
  return `${me.value?.HoldID ?? ''} ${name} ${id}`;
}

export function putForm(entity: Entity, key: string, now: Opened | null): void {
  const next = new Map(forms.peek());
  if (now === null) next.delete(key);
  else next.set(key, { entity, now });
  forms.value = next;
}

export function draftAt(key: string): Draft | null {
  const now = forms.peek().get(key)?.now;
  return typeof now === 'object' ? now : null;
}

export function formOf(entity: Entity, id: string): Opened {
  return forms.value.get(keyOf(entity, id))?.now ?? 'loading';
}

function isDirtyAt(key: string): boolean {
  const form = forms.value.get(key);
  return typeof form?.now === 'object' && changedFields(form.entity, form.now).length > 0;
}

export function isDirty(entity: Entity, id: string): boolean {
  return isDirtyAt(keyOf(entity, id));
}

/** How many of a kind are changed and not saved. */
export function dirtyCount(entity: Entity): number {
  const start = keyOf(entity, '');
  return [...forms.value.keys()].filter((key) => key.startsWith(start) && isDirtyAt(key)).length;
}

/** Gives up what was typed of a kind. */
export function dropForms(entity: Entity): void {
  const start = keyOf(entity, '');
  const rest = [...forms.peek()].filter(([key]) => !key.startsWith(start));
  forms.value = new Map(rest);
}

/** Opens the form of an object, as it was left; `row`: as the table has it. */
export async function openForm(entity: Entity, id: string, row: Row | null): Promise<void> {
  const key = keyOf(entity, id);
  if (isDirty(entity, id)) return;
  if (id === NEW) putForm(entity, key, draftOf(entity, null, newRequestId()));
  else if (row !== null) putForm(entity, key, draftOf(entity, row, ''));
  else await readForm(entity, id);
}

/** Reads the object of a form; what was typed before is dropped. */
export async function readForm(entity: Entity, id: string): Promise<void> {
  const key = keyOf(entity, id);
  putForm(entity, key, 'loading');
  try {
    const fresh = await readOne(entity, id);
    if (isDirtyAt(key)) return; // an answer that came before this one was changed since
    putForm(entity, key, fresh === null ? 'gone' : draftOf(entity, fresh, ''));
  } catch {
    putForm(entity, key, 'failed');
  }
}

/** A new one with some fields filled in; what else was typed into a new one stays there. */
export function openNew(entity: Entity, values: Record<string, string>): void {
  const key = keyOf(entity, NEW);
  const draft = draftAt(key) ?? draftOf(entity, null, newRequestId());
  const all = { ...draft.values, ...values };
  putForm(entity, key, { ...draft, values: all, faults: {}, requestId: newRequestId() });
  go({ page: 'settings', set: entity.name, item: NEW });
}

export function setValue(entity: Entity, id: string, name: string, text: string): void {
  const key = keyOf(entity, id);
  const draft = draftAt(key);
  if (draft === null) return;
  // what was sent before, and perhaps added, was another one
  const requestId = '' in draft.faults ? newRequestId() : draft.requestId;
  putForm(entity, key, { ...withValue(draft, name, text), requestId });
}

export function dropForm(entity: Entity, id: string): void {
  putForm(entity, keyOf(entity, id), null);
}

let isFollowing = false;

/** Forgets all with the account, and asks before a page with changes is left for good. */
export function followForms(): void {
  if (isFollowing) return;
  isFollowing = true;
  addEventListener('beforeunload', (event) => {
    if ([...forms.peek().keys()].some(isDirtyAt)) event.preventDefault();
  });
  onOtherAccount(() => {
    forms.value = new Map();
  });
}

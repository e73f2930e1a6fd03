/**
 * The form of an object while somebody fills it in. Texts stand for values; what was typed stays
 * whatever the server says. Where somebody else changed the object meanwhile, fields that were not
 * touched follow, and beside the others is shown what they are now.
 */
import type { Entity, Field, Row } from './entity.ts';

export interface Draft {
  /** What it is changed from; null: it is new. */
  base: Row | null;
  values: Readonly<Record<string, string>>;
  /** What somebody else set meanwhile, by field. */
  theirs: Readonly<Record<string, string>>;
  /** What is wrong, by field; '' is of the whole. */
  faults: Readonly<Record<string, string>>;
  /** One for each new object: what was sent twice is added once. */
  requestId: string;
}

export function fieldsOf({ fields }: Entity, base: Row | null): readonly Field[] {
  const other = base === null ? 'known' : 'new';
  return fields.filter(({ only, may }) => only !== other && (may?.(base) ?? true));
}

/** As its field shows it; a secret is never told. */
export function textOf(field: Field, row: Row | null): string {
  if (field.kind === 'secret') return '';
  if (row === null) return field.first?.() ?? '';
  const value = row[field.name];
  if (value === null || value === undefined || value === false) return '';
  return Array.isArray(value) ? [...value].sort((a, b) => a - b).join(',') : String(value);
}

export function draftOf(entity: Entity, base: Row | null, requestId: string): Draft {
  const texts = fieldsOf(entity, base).map((field) => [field.name, textOf(field, base)]);
  return { base, values: Object.fromEntries(texts), theirs: {}, faults: {}, requestId };
}

/** The fields whose texts are others than those they began with. */
export function changedFields(entity: Entity, { base, values }: Draft): Field[] {
  return fieldsOf(entity, base).filter((field) => typed(field, values) !== textOf(field, base));
}

function typed(field: Field, values: Draft['values']): string {
  const text = values[field.name] ?? '';
  return field.kind === 'secret' ? text : text.trim();
}

/** The value as a call wants it; NaN: it is no number. */
export function apiValue(field: Field, text: string): unknown {
  const plain = field.kind === 'secret' ? text : text.trim();
  if (plain === '' && field.empty === 'null') return null;
  if (field.kind === 'switch') return plain === 'true';
  if (field.kind === 'choices') return plain === '' ? [] : plain.split(',').map(Number);
  if (field.kind === 'number' || field.empty === 'zero') return plain === '' ? 0 : Number(plain);
  return plain;
}

export function withValue(draft: Draft, name: string, text: string): Draft {
  const { [name]: _seen, ...theirs } = draft.theirs;
  const { [name]: _told, '': _whole, ...faults } = draft.faults;
  return { ...draft, values: { ...draft.values, [name]: text }, theirs, faults };
}

/** On top of what the object is now. */
export function rebased(entity: Entity, draft: Draft, fresh: Row): Draft {
  const values = { ...draft.values };
  const theirs: Record<string, string> = {};
  for (const field of fieldsOf(entity, fresh)) {
    const [before, after] = [textOf(field, draft.base), textOf(field, fresh)];
    if (after === before) continue;
    const mine = typed(field, draft.values);
    if (mine === before) values[field.name] = after;
    else if (mine !== after) theirs[field.name] = after;
  }
  return { ...draft, base: fresh, values, theirs, faults: {} };
}

export interface Refusal {
  /** The field that the server names; '': none. */
  field: string;
  why: string;
  isTaken: boolean;
}

/** "SIM: too long", "LoginName is taken", "MaxUsers is reached" are of a field. */
export function refusalOf(message: string): Refusal {
  const colon = /^(\w+): ?(.*)$/s.exec(message);
  if (colon) return { field: colon[1] as string, why: colon[2] as string, isTaken: false };
  const words = /^(\w+) is (taken)$/.exec(message);
  return { field: words?.[1] ?? '', why: message, isTaken: words !== null };
}

/** What may be told before anything is sent, by field; empty: nothing is wrong. */
export function faultsOf(
  entity: Entity,
  draft: Draft,
  texts: { missing: string; noNumber: string; tooShort(min: number): string },
): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const field of fieldsOf(entity, draft.base)) {
    const text = typed(field, draft.values);
    const isNeeded = field.isRequired && !(field.kind === 'secret' && draft.base !== null);
    if (isNeeded && text === '') faults[field.name] = texts.missing;
    else if (text !== '' && text.length < (field.min ?? 0))
      faults[field.name] = texts.tooShort(field.min ?? 0);
    else if (Number.isNaN(apiValue(field, text))) faults[field.name] = texts.noNumber;
  }
  return faults;
}

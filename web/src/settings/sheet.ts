/**
 * The lines of a file of new objects, each with what is wrong with it: known before anything is
 * sent, or told by the server. A line that is right may be sent; one that is not may be mended.
 */
import { folded } from '../store/words.ts';
import type { TableLine } from './csv.ts';
import { apiValue, refusalOf } from './draft.ts';
import type { Field } from './entity.ts';

export interface Fault {
  /** '': of the whole line. */
  field: string;
  text: string;
  /** By the server: it stands until the line is changed. */
  isTold?: boolean;
}

export interface Line {
  /** Of the file. */
  number: number;
  values: Record<string, string>;
  fault: Fault | null;
  isAdded: boolean;
}

export interface Sheet {
  /** The fields that the head names, in its order. */
  fields: readonly Field[];
  /** What else it names: these columns are left out. */
  strange: readonly string[];
  lines: readonly Line[];
}

/** What a column may be called: its name in the API, or as the form calls the field. */
export function fieldNamed(head: string, fields: readonly Field[]): Field | undefined {
  const word = folded(head.trim());
  const names = (field: Field) => [field.name, field.name.replace(/ID$/, ''), field.label()];
  return (
    fields.find((field) => folded(field.name) === word) ??
    fields.find((field) => names(field).some((name) => folded(name) === word))
  );
}

/** null: the head names no column that has to be there. */
export function readSheet(table: readonly TableLine[], fields: readonly Field[]): Sheet | null {
  const [head, ...rest] = table;
  const found = (head?.cells ?? []).map((cell) => fieldNamed(cell, fields));
  const isWhole = fields.every((field) => !field.isRequired || found.includes(field));
  if (head === undefined || !isWhole) return null;
  const once = found.map((field, place) => (found.indexOf(field) === place ? field : undefined));
  const lines = rest.map(({ number, cells }) => {
    const pairs = once.flatMap((field, place) => (field ? [[field.name, cells[place] ?? '']] : []));
    return { number, values: Object.fromEntries(pairs), fault: null, isAdded: false };
  });
  const strange = head.cells.filter((cell, place) => !found[place] && cell.trim() !== '');
  return { fields: once.filter((field) => field !== undefined), strange, lines };
}

/** The value of a choice, which may be called by its text: "Depot North" of a group. */
export function choiceNamed(field: Field, text: string): string | undefined {
  const word = folded(text.trim());
  const all = field.choices?.() ?? [];
  return (all.find(([value]) => value === text.trim()) ??
    all.find(([, name]) => folded(name) === word))?.[0];
}

export interface Texts {
  missing: string;
  noNumber: string;
  noChoice: string;
  tooLong(max: number): string;
  /** A spreadsheet has made 8.6E+14 of it. */
  rounded: string;
  double(number: number): string;
  known: string;
}

const ROUNDED = /^\d+([.,]\d+)?E\+\d+$/i;
const CHARS_MAX = 64;

function faultOfCell(field: Field, text: string, texts: Texts): string {
  if (text === '') return field.isRequired ? texts.missing : '';
  if (field.kind === 'choice') return choiceNamed(field, text) === undefined ? texts.noChoice : '';
  if (Number.isNaN(apiValue(field, text))) return texts.noNumber;
  if ([...text].length > (field.max ?? CHARS_MAX)) return texts.tooLong(field.max ?? CHARS_MAX);
  return field.kind === 'text' && ROUNDED.test(text) ? texts.rounded : '';
}

/** Digits alone are the same with and without zeros before them. */
function identityOf(text: string): string {
  const plain = folded(text.trim());
  return /^\d+$/.test(plain) ? plain.replace(/^0+(?=\d)/, '') : plain;
}

/** Fields whose values no two objects may share; `isKnown`: an object that there is has it. */
export interface Unique {
  field: string;
  isKnown(text: string): boolean;
}

/** The lines again, with what is wrong with each that is not added yet. */
export function judged(sheet: Sheet, unique: readonly Unique[], texts: Texts): Line[] {
  const seen = new Map<string, number>();
  return sheet.lines.map((line) => {
    const faultOf = (): Fault | null => {
      for (const field of sheet.fields) {
        const text = faultOfCell(field, (line.values[field.name] ?? '').trim(), texts);
        if (text !== '') return { field: field.name, text };
      }
      for (const { field, isKnown } of unique) {
        const value = (line.values[field] ?? '').trim();
        if (value === '') continue;
        const key = `${field} ${identityOf(value)}`;
        const first = seen.get(key);
        if (first !== undefined) return { field, text: texts.double(first) };
        seen.set(key, line.number);
        if (isKnown(value)) return { field, text: texts.known };
      }
      return null;
    };
    const fault = faultOf();
    if (line.isAdded) return line;
    return { ...line, fault: fault ?? (line.fault?.isTold ? line.fault : null) };
  });
}

/** The object of a line, as the call wants it; what is empty is left to the server. */
export function objectOf(sheet: Sheet, line: Line): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const field of sheet.fields) {
    const text = (line.values[field.name] ?? '').trim();
    if (text === '') continue;
    const value = field.kind === 'choice' ? (choiceNamed(field, text) ?? text) : text;
    if (value !== '') object[field.name] = apiValue(field, value);
  }
  return object;
}

/** What the server said of the lines of these numbers: those that it does not name are added. */
export function answered(
  lines: readonly Line[],
  sent: readonly number[],
  errors: readonly { index: number; ErrMsg: string }[],
  texts: Pick<Texts, 'known'>,
): Line[] {
  const why = new Map(errors.map(({ index, ErrMsg }) => [sent[index], ErrMsg]));
  const wasSent = new Set(sent);
  return lines.map((line) => {
    if (!wasSent.has(line.number)) return line;
    const told = why.get(line.number);
    if (told === undefined) return { ...line, fault: null, isAdded: true };
    const refusal = refusalOf(told);
    const text = refusal.isTaken ? texts.known : refusal.why;
    return { ...line, fault: { field: refusal.field, text, isTold: true } };
  });
}

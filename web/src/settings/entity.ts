/**
 * What the settings know of a kind of object, as data: its calls, its fields, the columns of its
 * table. The one table and the one form follow from it; a new kind is one such description.
 */
import type { Method } from '../app/api.ts';

/** A row of a List... call. */
export type Row = Readonly<Record<string, unknown>>;
/** What a call gets, and what people read. */
export type Choice = readonly [string, string];

/**
 * text; secret: is set, and never told; number; choice: one of a few; choices: IDs of several;
 * zone: an IANA name; switch: yes or no; day: yyyy-MM-dd; time: yyyy-MM-dd HH:mm:ss of the
 * enterprise's zone.
 */
export type Kind =
  | ('text' | 'secret' | 'number' | 'choice' | 'choices')
  | ('zone' | 'switch' | 'day' | 'time');

export interface Field {
  /** Of the API, both of what is listed and of what is set. */
  name: string;
  label(): string;
  kind: Kind;
  isRequired?: boolean;
  /** Characters at most; 64 unless said. */
  max?: number;
  choices?(): readonly Choice[];
  /** What nothing is for the call; zero also says that a choice is among numbers. */
  empty?: 'null' | 'zero';
  /** In a new one, to begin with. */
  first?(): string;
  /** Characters at least. */
  min?: number;
  /** Of a new one alone, or of one that there is alone. */
  only?: 'new' | 'known';
  /** Who may change it; all who may change the object unless said. */
  may?(row: Row | null): boolean;
  /** Below the field. */
  hint?(row: Row | null): string;
  /** A value that is at hand, and what to call it; null: there is none. */
  offer?(row: Row | null): Choice | null;
  /** A heading above it. */
  part?(): string;
}

export interface Column {
  label(): string;
  text(row: Row): string;
}

export interface Entity {
  /** Of its section in the address. */
  name: string;
  /** The field that names an object. */
  id: string;
  /** What one is called: "Delete HH-DO 80". */
  nameOf(row: Row): string;
  fields: readonly Field[];
  columns: readonly Column[];
  list: Method;
  /** Rows of a page of its table; 50 unless said. */
  pageRows?: number;
  add?: { call: Method; label(): string; may?(): boolean };
  modify: Method;
  remove?: {
    call: Method;
    /** What goes with it. */
    text(row: Row): string;
    /** Its name has to be typed. */
    isGrave?: boolean;
    may?(row: Row): boolean;
  };
  /** What an empty list says. */
  nothing(): string;
  mayModify?(row: Row): boolean;
  /** Reads one anew; else the list is looked through. */
  readOne?(id: string): Promise<Row | null>;
  /** Changes one by other calls than `modify`. */
  change?(row: Row, values: Readonly<Record<string, unknown>>): Promise<void>;
  /** After one was added, changed or deleted. */
  changed?(): void;
  /** The rows in the order of a tree, with how deep each stands. */
  asTree?(rows: readonly Row[]): readonly { of: Row; depth: number }[];
}

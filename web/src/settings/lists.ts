/** The tables: a page of a list each, as it was read last, for the part of a name that is typed. */
import { effect, type Signal, signal } from '@preact/signals';
import { ApiError, type Method } from '../app/api.ts';
import { actingHold, call, phase } from '../app/session.ts';
import { orderOf, type Sort, sortBy, UNSORTED } from '../reports/sort.ts';
import type { Entity, Row } from './entity.ts';

const PAGE_ROWS = 50;
/** Of a list that is read whole. */
export const READ_ROWS = 1000;
const TYPING_MS = 250;

/** What has a list. */
export type Listed = Pick<Entity, 'name' | 'list' | 'pageRows' | 'columns'>;

export function rowsOfPage({ pageRows }: Listed): number {
  return pageRows ?? PAGE_ROWS;
}

export interface List {
  rows: readonly Row[];
  total: number;
  /** From 1. */
  page: number;
  key: string;
  sort: Sort;
  state: 'loading' | 'shown' | 'failed';
}

export interface Page {
  total: number;
  data: readonly Row[];
}

const NEW_LIST: List = {
  ...{ rows: [], total: 0, page: 1, key: '' },
  sort: UNSORTED,
  state: 'loading',
};
const lists = new Map<string, Signal<List>>();

export function listOf(name: string): Signal<List> {
  const known = lists.get(name);
  if (known) return known;
  const made = signal(NEW_LIST);
  lists.set(name, made);
  return made;
}

/** A page of what a List... call answers; throws ApiError. */
export async function readPage(method: Method, fields: object): Promise<Page> {
  return (await call(method, fields as never)) as unknown as Page;
}

/** The lists that are sorted, whole and in order: the server knows its own order alone. */
const sorted = new Map<string, readonly Row[]>();

async function sortAll({ name, list, columns }: Listed, fields: object, by: Sort): Promise<void> {
  const rows = await readAll(list, fields);
  const texts = rows.map((row) => ({
    cells: columns.map(({ text }) => text(row) || null),
  }));
  if (listOf(name).peek().sort !== by) return; // another order is asked for since
  const order = [...orderOf(texts, by)];
  sorted.set(
    name,
    order.map((place) => rows[place] as Row),
  );
}

async function pageOf(of: Listed, isTurned: boolean): Promise<Page> {
  const { page, key, sort } = listOf(of.name).peek();
  const size = rowsOfPage(of);
  const named = key === '' ? {} : { Key: key };
  if (sort.column < 0) return readPage(of.list, { PageIndex: page, PageSize: size, ...named });
  if (!isTurned || !sorted.has(of.name)) await sortAll(of, named, sort);
  const rows = sorted.get(of.name) ?? [];
  return { total: rows.length, data: rows.slice((page - 1) * size, page * size) };
}

let asked = 0;

/** Reads the page that is shown anew, or for the first time; what is there stays until then. */
export async function readList(of: Listed, isTurned = false): Promise<void> {
  const { name } = of;
  const shown = listOf(name);
  const { page, key, sort } = shown.peek();
  asked += 1;
  const mine = asked;
  newest.set(name, mine);
  const found = await pageOf(of, isTurned).catch(() => null);
  if (newest.get(name) !== mine) return;
  const last = Math.max(1, Math.ceil((found?.total ?? 0) / rowsOfPage(of)));
  if (found === null) {
    shown.value = { ...shown.peek(), state: 'failed' };
  } else if (page > last) {
    turnTo(of, last); // the rows of this page are gone
  } else {
    shown.value = { rows: found.data, total: found.total, page, key, sort, state: 'shown' };
  }
}

const newest = new Map<string, number>();
let timer = 0;

export function turnTo(entity: Listed, page: number): void {
  const shown = listOf(entity.name);
  shown.value = { ...shown.peek(), page };
  void readList(entity, true);
}

/** By the column of that number: rising, falling, and as the server has it. */
export function sortList(of: Listed, column: number): void {
  const shown = listOf(of.name);
  const now = shown.peek();
  shown.value = { ...now, sort: sortBy(now.sort, column), page: 1 };
  void readList(of);
}

export function searchFor(entity: Listed, key: string): void {
  const shown = listOf(entity.name);
  shown.value = { ...shown.peek(), key, page: 1 };
  clearTimeout(timer);
  timer = window.setTimeout(() => void readList(entity), TYPING_MS);
}

/** All rows of a list, page by page; throws ApiError. `hear` is told how many are there. */
export async function readAll(
  method: Method,
  fields: object = {},
  hear: (n: number, of: number) => void = () => undefined,
): Promise<Row[]> {
  const rows: Row[] = [];
  const hold = actingHold();
  for (let page = 1; ; page++) {
    const found = await readPage(method, { ...fields, PageIndex: page, PageSize: READ_ROWS });
    if (actingHold() !== hold) throw new ApiError(0, ''); // the rest would be another enterprise's
    rows.push(...found.data);
    hear(rows.length, found.total);
    if (found.data.length < READ_ROWS) return rows;
  }
}

/** One object as it is now; null: it is gone. Throws ApiError. */
export async function readOne(entity: Entity, id: string): Promise<Row | null> {
  if (entity.readOne) return await entity.readOne(id);
  const rows = await readAll(entity.list);
  return rows.find((row) => String(row[entity.id]) === id) ?? null;
}

/** What one enterprise's lists were is nothing to another. */
export function followLists(): () => void {
  let of: number | null | undefined;
  return effect(() => {
    const hold = phase.value === 'in' ? actingHold() : undefined;
    if (hold === of) return;
    of = hold;
    sorted.clear();
    for (const each of lists.values()) each.value = NEW_LIST;
  });
}

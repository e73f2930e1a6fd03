/**
 * The last picture of a fleet, in the browser's IndexedDB: what is shown until the server answers.
 * One an account; logging out deletes them all. Pages that came with a key keep none.
 */
import type { NumberColumn, TextColumn } from './columns.ts';
import { NUMBER_COLUMNS, TEXT_COLUMNS } from './columns.ts';
import type { Fleet } from './fleet.ts';

const DATABASE = 'odograph';
const STORE = 'fleets';

/** The arrays of a fleet as they are: copied as a whole, which is a matter of milliseconds. */
export interface Picture {
  /** Server's time, epoch seconds. */
  now: number;
  groups: [number, string][];
  index: Float64Array;
  alarms: Uint32Array;
  numbers: Record<NumberColumn, Float64Array>;
  texts: Record<TextColumn, string[]>;
}

export function pictureOf(fleet: Fleet, now: number, groups: [number, string][]): Picture {
  const slots = Int32Array.from({ length: fleet.count }, (_, slot) => slot);
  const there = slots.filter((slot) => fleet.alive[slot]);
  const isWhole = there.length === slots.length;
  const pick = (cells: Float64Array) =>
    isWhole
      ? cells.slice(0, fleet.count)
      : Float64Array.from(there, (slot) => cells[slot] as number);
  const numbers = {} as Picture['numbers'];
  for (const name of NUMBER_COLUMNS) numbers[name] = pick(fleet.numbers[name]);
  const texts = {} as Picture['texts'];
  for (const name of TEXT_COLUMNS) {
    texts[name] = Array.from(there, (slot) => fleet.texts[name][slot] as string);
  }
  const alarms = Uint32Array.from(there, (slot) => fleet.alarms[slot] as number);
  return { now, groups, index: pick(fleet.index), alarms, numbers, texts };
}

/** Puts a picture into a fleet; one that another version of the pages kept may lack columns. */
export function showPictureIn(fleet: Fleet, picture: Picture): void {
  fleet.replace({ i: [...picture.index], ...picture.texts });
  for (const name of NUMBER_COLUMNS) {
    const cells = picture.numbers[name];
    if (cells?.length === fleet.count) fleet.numbers[name].set(cells);
  }
  if (picture.alarms.length === fleet.count) fleet.alarms.set(picture.alarms);
}

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

async function within<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise((done, fail) => {
      const asked = ask(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
  } finally {
    database.close();
  }
}

/** Without a database (a private window, a full disk) nothing is kept, and nothing is missed. */
export async function keepPicture(account: string, picture: Picture): Promise<void> {
  await within('readwrite', (store) => store.put(picture, account)).catch(() => undefined);
}

export async function readPicture(account: string): Promise<Picture | null> {
  const found: unknown = await within('readonly', (store) => store.get(account)).catch(() => null);
  return (found as Picture | undefined) ?? null;
}

export async function dropPictures(): Promise<void> {
  await within('readwrite', (store) => store.clear()).catch(() => undefined);
}

/** A file that is looked at, and storing what of it is good: one call each; that may be stopped. */
import { computed, signal } from '@preact/signals';
import { me, phase } from '../app/session.ts';
import { newRequestId } from '../app/setup.ts';
import { onOtherEnterprise } from '../app/typed.ts';
import { FEATURES_MAX, type Found } from './features.ts';
import { type FileFault, foundIn, readFile } from './files.ts';
import { addSketch, faultOf } from './save.ts';

export interface ImportRow extends Found {
  /** It is to be stored. */
  isTaken: boolean;
  isStored: boolean;
  /** What the server said against it. */
  refusal: string;
  requestId: string;
}

export const fileFault = signal<FileFault | null>(null);
/** There is more in the file than is taken at once. */
export const hasMore = signal(false);
export const rows = signal<readonly ImportRow[]>([]);
export const radiusM = signal(200);
export const widthM = signal(100);
export const isStoring = signal(false);
let value: unknown = null;
let isStopped = false;

export const good = computed(() =>
  rows.value.filter((row) => row.fault === null && row.isTaken && !row.isStored),
);
export const stored = computed(() => rows.value.filter((row) => row.isStored).length);

/** Other sizes make other shapes of what is not stored yet. */
export function readRows(): void {
  const found = foundIn(value, { radiusM: radiusM.value, widthM: widthM.value });
  const before = rows.value;
  hasMore.value = found.length > FEATURES_MAX;
  rows.value = found.slice(0, FEATURES_MAX).map((each, at) => {
    const old = before[at];
    if (old?.isStored) return old;
    const isTaken = old?.isTaken ?? true;
    return { ...each, isTaken, isStored: false, refusal: '', requestId: newRequestId() };
  });
}

let files = 0;

/** A file that is no map changes nothing but what is said; of two the later one is shown. */
export async function openFile(file: File): Promise<void> {
  const turn = ++files;
  const found = await readFile(file);
  if (turn !== files || isStoring.peek()) return;
  fileFault.value = typeof found === 'string' ? found : null;
  if (typeof found === 'string') return;
  rows.value = [];
  value = found.value;
  readRows();
}

function change(row: ImportRow, patch: Partial<ImportRow>): void {
  rows.value = rows.value.map((each) =>
    each.requestId === row.requestId ? { ...each, ...patch } : each,
  );
}

export function take(row: ImportRow, isTaken: boolean): void {
  change(row, { isTaken });
}

export function stop(): void {
  isStopped = true;
}

/**
 * Stores those that are good, unless another enterprise is acted in meanwhile; `nameOf`: what one
 * without a name is called.
 */
export async function store(nameOf: (row: ImportRow, at: number) => string): Promise<void> {
  if (isStoring.value) return;
  isStopped = false;
  isStoring.value = true;
  const hold = me.peek()?.HoldID;
  for (const [at, row] of [...rows.value.entries()]) {
    if (isStopped || hold !== me.peek()?.HoldID) break;
    if (row.fault !== null || !row.isTaken || row.isStored) continue;
    try {
      await addSketch({ ...row.sketch, name: nameOf(row, at) }, row.requestId);
      change(row, { isStored: true, refusal: '' });
    } catch (error) {
      if (phase.peek() !== 'in') break; // the login has ended, and no one has refused it
      change(row, { refusal: faultOf(error).text });
    }
  }
  isStoring.value = false;
}

export function forget(): void {
  stop();
  files++;
  value = null;
  rows.value = [];
  fileFault.value = null;
  hasMore.value = false;
}

/** Who goes elsewhere is done with it; a login that ended by itself loses nothing of it. */
export function leave(): void {
  if (phase.peek() === 'in') forget();
}

// what is in a file of one account is nothing to the next, nor to another enterprise
onOtherEnterprise(forget);

/** Columns of devices, as the stream tells them, and packed for the way to a page. */

/** Columns as they come, or packed: arrays of the same length, "i" the number of the device. */
export type Columns = Record<string, ArrayLike<unknown>>;

/** The columns of a message; of different lengths or without "i": none, which changes nothing. */
export function columnsOf(value: unknown): Columns {
  const columns: Columns = {};
  if (typeof value !== 'object' || value === null) return { i: [] };
  for (const [name, cells] of Object.entries(value)) {
    if (Array.isArray(cells)) columns[name] = cells;
  }
  const rows = columns['i']?.length ?? 0;
  const isEven = Object.values(columns).every((cells) => cells.length === rows);
  return isEven && columns['i'] ? columns : { i: [] };
}

/**
 * The same columns as typed arrays, which go from a worker to a page as a whole: what is read there
 * costs the page nothing. "a" becomes bits; columns with texts stay.
 */
export function packed(columns: Columns): Columns {
  const rows = columns['i']?.length ?? 0;
  const names = Object.keys(columns).filter((name) => name !== 'a' && !hasTexts(columns[name]));
  const whole = new Float64Array(names.length * rows);
  const made: Columns = { ...columns };
  names.forEach((name, at) => {
    const cells = columns[name] as ArrayLike<unknown>;
    const part = whole.subarray(at * rows, (at + 1) * rows);
    for (let row = 0; row < rows; row++) part[row] = numberOf(cells[row]);
    made[name] = part;
  });
  if (columns['a']) made['a'] = Uint32Array.from(columns['a'], alarmBits);
  return made;
}

function hasTexts(cells: ArrayLike<unknown> | undefined): boolean {
  return Array.isArray(cells) && cells.some((cell) => typeof cell === 'string');
}

export function numberOf(cell: unknown): number {
  return typeof cell === 'number' ? cell : Number.NaN;
}

/** Alarm kinds as bits: kind 3 is bit 3. */
export function alarmBits(cell: unknown): number {
  let bits = 0;
  if (Array.isArray(cell) && cell.length > 0) {
    for (const kind of cell) {
      if (Number.isInteger(kind) && kind >= 0 && kind < 32) bits |= 1 << kind;
    }
  }
  return bits >>> 0;
}

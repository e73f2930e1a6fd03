/**
 * The columns of devices as the server sends them (docs/live.md), and how they are kept: a typed
 * array a number, an array a text. NaN is a number that is not known.
 */
export const NUMBER_COLUMNS = [
  'g', // GroupID, 0: in none
  'hold', // HoldID of its enterprise
  'type', // 0 vehicle, 1 person, 2 asset
  'x', // longitude, millionths of a degree
  'y', // latitude, likewise
  'v', // speed, tenths of km/h
  'd', // degrees clockwise from north
  's', // 0 never reported, 1 parked, 2 idle, 3 moving
  'n', // when s became what it is, epoch seconds
  't', // when the newest fix was taken
  'r', // when it was heard last
  'u', // until when it counts as online
  'f', // bits: FLAG_...
  'km', // kilometres of today
  'p', // seconds between its reports while it moves
  'odo', // odometer, kilometres
  'fuel', // litres
  'volt', // supply, volts
  'bat', // battery, percent
  'gsm', // 0 to 31
  'sat', // satellites
  'temp', // degrees Celsius
] as const;

export const TEXT_COLUMNS = ['id', 'plate', 'oc', 'sim', 'model'] as const;

export type NumberColumn = (typeof NUMBER_COLUMNS)[number];
export type TextColumn = (typeof TEXT_COLUMNS)[number];

/** What is asked for, of snapshot and stream alike; "a" is the list of active alarm kinds. */
export const COLUMNS_ASKED = [...TEXT_COLUMNS, ...NUMBER_COLUMNS, 'a'].join(',');

export const FLAG_NOT_GPS = 1;
export const FLAG_IGNITION = 2;
export const FLAG_CONNECTED = 4;

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

const PACKED = new Set<string>(['i', ...NUMBER_COLUMNS]);

/**
 * The same columns as typed arrays, which go from a worker to a page as a whole: what is read there
 * costs the page nothing. "a" becomes bits.
 */
export function packed(columns: Columns): Columns {
  const rows = columns['i']?.length ?? 0;
  const names = Object.keys(columns).filter((name) => PACKED.has(name));
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

/** The kinds of such bits, rising. */
export function alarmKinds(bits: number): number[] {
  const kinds: number[] = [];
  for (let kind = 0; kind < 32; kind++) {
    if ((bits >>> kind) & 1) kinds.push(kind);
  }
  return kinds;
}

/** The kinds of reports: the columns of each, and what is added up of them. */

export const KINDS = [
  'mileage',
  'trips',
  'stops',
  'days',
  'alarms',
  'fences',
  'overspeed',
  'offline',
  'latest',
] as const;
export type Kind = (typeof KINDS)[number];

/** How a cell is written; times are epoch seconds, lengths of time seconds, distances km. */
export type CellKind =
  | 'text'
  | 'alarm'
  | 'yesNo'
  | 'time'
  | 'date'
  | 'length'
  | 'km'
  | 'count'
  | 'speed'
  | 'litres'
  | 'course'
  | 'place'
  | 'position';

export interface Column {
  name: string;
  cell: CellKind;
  /** Pixels. */
  width: number;
  /** What stands of it above the table. */
  total?: 'sum' | 'max';
}

/** A value of a row: the position is that of the row, or of its end. */
export type Cell = string | number | null;

export interface ReportRow {
  id: string;
  plate: string;
  /** Epoch seconds of what the row is about; NaN: of no time. One that goes on ends now. */
  fromS: number;
  toS: number;
  /** Degrees, WGS-84; NaN: not known. */
  lon: number;
  lat: number;
  /** One a column. */
  cells: readonly Cell[];
}

/** So that the columns of trips, places among them, stand beside one another at 1440 pixels. */
const WIDTHS: Record<CellKind, number> = {
  text: 104,
  alarm: 150,
  yesNo: 66,
  time: 96, // the day above the time
  date: 94,
  length: 80,
  km: 88,
  count: 60,
  speed: 80,
  litres: 72,
  course: 68,
  place: 158,
  position: 0, // below its place
};
const PLATE_WIDTH = 112;
const SEEN_WIDTH = 120;

const NUMBERS: readonly CellKind[] = ['length', 'km', 'count', 'speed', 'litres'];

/** Whether it has a place of its own in a row; coordinates stand below their place. */
export function isApart({ cell }: Column): boolean {
  return cell !== 'position';
}

export function isNumber({ cell }: Column): boolean {
  return NUMBERS.includes(cell);
}

function col(name: string, cell: CellKind, total?: 'sum' | 'max'): Column {
  return { name, cell, width: WIDTHS[cell], ...(total === undefined ? {} : { total }) };
}

const vehicle: Column = { name: 'vehicle', cell: 'text', width: PLATE_WIDTH };
const where = [col('place', 'place'), col('position', 'position')];
const span = [vehicle, col('start', 'time'), col('end', 'time')];
const sums = [
  col('km', 'km', 'sum'),
  col('trips', 'count', 'sum'),
  col('driving', 'length', 'sum'),
  col('idle', 'length', 'sum'),
];
const fuel = col('fuel', 'litres', 'sum');
const fastest = col('maxSpeed', 'speed', 'max');
const length = col('length', 'length', 'sum');
const status: Column = { name: 'status', cell: 'text', width: 126 };

export const COLUMNS: Record<Kind, readonly Column[]> = {
  mileage: [vehicle, ...sums, fastest, fuel, ...where],
  trips: [
    ...[...span, col('km', 'km', 'sum'), col('driving', 'length', 'sum')],
    ...[col('idle', 'length', 'sum'), fastest, col('meanSpeed', 'speed'), fuel],
    ...[col('startPlace', 'place'), col('startPosition', 'position')],
    ...[col('endPlace', 'place'), col('endPosition', 'position')],
  ],
  stops: [...span, length, col('idle', 'length', 'sum'), col('km', 'km', 'sum'), ...where],
  days: [
    ...[vehicle, col('date', 'date'), ...sums, col('stopped', 'length', 'sum'), fastest, fuel],
    ...[col('first', 'time'), col('last', 'time'), ...where],
  ],
  alarms: [
    ...[vehicle, col('alarm', 'alarm'), col('start', 'time'), col('end', 'time')],
    ...[col('times', 'count'), col('speed', 'speed'), ...where],
    ...[
      { ...col('seenBy', 'text'), width: SEEN_WIDTH },
      { ...col('seenAt', 'time'), width: SEEN_WIDTH },
    ],
    col('note', 'text'),
  ],
  fences: [
    ...[vehicle, col('fence', 'text'), col('entered', 'time'), col('left', 'time')],
    ...[length, col('km', 'km', 'sum'), ...where],
  ],
  overspeed: [...span, length, fastest, col('km', 'km', 'sum'), ...where],
  offline: [...span, length, ...where],
  latest: [
    ...[vehicle, col('number', 'text'), col('time', 'time'), col('received', 'time')],
    ...[col('online', 'yesNo'), col('speed', 'speed'), col('course', 'course')],
    ...[col('odometer', 'km'), col('fuelLevel', 'litres'), status, ...where],
  ],
};

export function isKind(text: string): text is Kind {
  return (KINDS as readonly string[]).includes(text);
}

/** What there is to see of a row on the map: the way that was driven in its time, or a place. */
const WITH_WAY: readonly Kind[] = ['mileage', 'trips', 'days', 'fences', 'overspeed'];

export function hasWay(kind: Kind): boolean {
  return WITH_WAY.includes(kind);
}

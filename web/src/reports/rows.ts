/** Rows of reports, of what the server answers. */
import type { Row } from '../app/api.ts';
import { dayStart, epochIn } from '../i18n/day.ts';
import type { Cell, ReportRow } from './kinds.ts';

export type TripRow = Row<'manage/GetTrips'>;
export type StopRow = Row<'manage/GetStops'>;
export type LapseRow = Row<'manage/GetOverspeed'>;
export type VisitRow = Row<'manage/GetFenceVisits'>;
export type DayRow = Row<'manage/GetDays'>;
export type AlarmRow = Row<'manage/ListAlarms'>;
export type LatestRow = Row<'vehicle/GetCurrentVehicleInfoByDeviceIDs'>;

/** Where something was, as far as rows of this kind tell it. */
interface Where {
  Lon?: string | number | null;
  Lat?: string | number | null;
  Place?: string | null;
}

/** "Altona, Hamburg": a place from small to large, as it is told. */
function placeOf(place: string | null | undefined): Cell {
  return place ? place : null;
}

function degrees(told: string | number | null | undefined): number {
  return told === null || told === undefined ? Number.NaN : Number(told);
}

export function positionText(lon: number, lat: number): Cell {
  return Number.isNaN(lon) || Number.isNaN(lat) ? null : `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
}

function whereOf(row: Where): { lon: number; lat: number; cells: Cell[] } {
  const lon = degrees(row.Lon);
  const lat = degrees(row.Lat);
  return { lon, lat, cells: [placeOf(row.Place), positionText(lon, lat)] };
}

const litres = (told: string | null): Cell => (told === null ? null : Number(told));

/**
 * Makes rows in the order in which they are told: by vehicle, then time. In the hour that comes
 * twice the order says which one a time means.
 */
export class RowMaker {
  private readonly zone: string;
  private readonly nowS: number;
  private id = '';
  private lastS = Number.NEGATIVE_INFINITY;

  constructor(zone: string, nowS: number) {
    this.zone = zone;
    this.nowS = nowS;
  }

  private start(id: string, text: string): number {
    if (this.id !== id) this.lastS = Number.NEGATIVE_INFINITY;
    this.id = id;
    this.lastS = epochIn(this.zone, text, this.lastS);
    return this.lastS;
  }

  private epoch(text: string | null, notBeforeS: number): Cell {
    return text === null ? null : epochIn(this.zone, text, notBeforeS);
  }

  /** When it ends; what goes on ends now. */
  private endS(end: Cell, fromS: number): number {
    return typeof end === 'number' ? end : Math.max(fromS, this.nowS);
  }

  trip(row: TripRow): ReportRow {
    const fromS = this.start(row.DeviceID, row.StartTime);
    const end = this.epoch(row.EndTime, fromS + row.DrivingSeconds + row.IdleSeconds);
    const toS = this.endS(end, fromS);
    const first = whereOf({ Lon: row.StartLon, Lat: row.StartLat, Place: row.StartPlace ?? null });
    const last = whereOf({ Lon: row.EndLon, Lat: row.EndLat, Place: row.EndPlace ?? null });
    return {
      ...{ id: row.DeviceID, plate: row.VehicleNum, fromS, toS, lon: first.lon, lat: first.lat },
      cells: [
        ...[row.VehicleNum, fromS, end, Number(row.Kilometres), row.DrivingSeconds],
        ...[row.IdleSeconds, row.MaxSpeed, row.MeanSpeed, litres(row.FuelUsed)],
        ...[...first.cells, ...last.cells],
      ],
    };
  }

  /** Of a time that is told with its length. */
  private stretch(row: { DeviceID: string; StartTime: string; Seconds: number }) {
    const fromS = this.start(row.DeviceID, row.StartTime);
    return { fromS, toS: fromS + row.Seconds };
  }

  private spanRow(row: StopRow, cells: Cell[]): ReportRow {
    const { fromS, toS } = this.stretch(row);
    const { lon, lat, cells: where } = whereOf(row);
    const end = row.EndTime === null ? null : toS;
    return {
      ...{ id: row.DeviceID, plate: row.VehicleNum, fromS, toS, lon, lat },
      cells: [row.VehicleNum, fromS, end, row.Seconds, ...cells, ...where],
    };
  }

  stop(row: StopRow): ReportRow {
    return this.spanRow(row, [row.IdleSeconds, Number(row.Kilometres)]);
  }

  overspeed(row: LapseRow): ReportRow {
    return this.spanRow(row, [row.MaxSpeed, Number(row.Kilometres)]);
  }

  offline(row: LapseRow): ReportRow {
    return this.spanRow(row, []);
  }

  visit(row: VisitRow): ReportRow {
    const { fromS, toS } = this.stretch(row);
    const { lon, lat, cells: where } = whereOf(row);
    const end = row.EndTime === null ? null : toS;
    const km = Number(row.Kilometres);
    return {
      ...{ id: row.DeviceID, plate: row.VehicleNum, fromS, toS, lon, lat },
      cells: [row.VehicleNum, row.RegionName, fromS, end, row.Seconds, km, ...where],
    };
  }

  day(row: DayRow): ReportRow {
    const dayS = dayStart(this.zone, row.Date);
    const { lon, lat, cells: where } = whereOf(row);
    const first = this.epoch(row.FirstTime, dayS);
    const last = this.epoch(row.LastTime, typeof first === 'number' ? first : dayS);
    return {
      ...{ id: row.DeviceID, plate: row.VehicleNum, lon, lat },
      fromS: typeof first === 'number' ? first : dayS,
      toS: typeof last === 'number' ? last : dayS,
      cells: [
        ...[row.VehicleNum, row.Date, Number(row.Kilometres), row.Trips, row.DrivingSeconds],
        ...[row.IdleSeconds, row.StoppedSeconds, row.MaxSpeed, litres(row.FuelUsed)],
        ...[first, last, ...where],
      ],
    };
  }

  latest(row: LatestRow, place: string | null): ReportRow {
    const timeS = epochIn(this.zone, row.GPSTime);
    const received = this.epoch(row.RcvTime, Number.NEGATIVE_INFINITY);
    const { lon, lat, cells: where } = whereOf({ Lon: row.Lon, Lat: row.Lat, Place: place });
    return {
      ...{ id: row.SIM2, plate: row.VehicleNum, fromS: timeS, toS: timeS, lon, lat },
      cells: [
        ...[row.VehicleNum, row.ObjectCode, timeS, received, row.IsOnline, row.Speed],
        ...[row.Direct, Number(row.Mileage), Number(row.OilNum), row.StatusDes, ...where],
      ],
    };
  }

  alarm(row: AlarmRow): ReportRow {
    const fromS = epochIn(this.zone, row.GPSTime);
    const end = this.epoch(row.EndTime, fromS);
    const { lon, lat, cells: where } = whereOf(row);
    return {
      ...{ id: row.DeviceID, plate: row.VehicleNum, fromS, toS: this.endS(end, fromS), lon, lat },
      cells: [
        ...[row.VehicleNum, row.AlarmType, fromS, end, row.Count, row.Speed, ...where],
        ...[row.AcknowledgedBy, this.epoch(row.AcknowledgedTime, fromS), row.Note || null],
      ],
    };
  }
}

/** Of a vehicle and a span: kilometres and litres. */
export interface Miles {
  km: number;
  litres: number;
}

/** Fuel is unknown where no day tells any, though it then counts as none. */
function fuelOf(rows: readonly DayRow[], miles: Miles | null): Cell {
  const told = rows.filter(({ FuelUsed }) => FuelUsed !== null);
  if (told.length === 0) return null;
  return miles?.litres ?? told.reduce((total, { FuelUsed }) => total + Number(FuelUsed), 0);
}

/** What is known of a vehicle, of which `rows` are the days in order; null: nothing. */
export function mileageRow(
  { id, plate }: { id: string; plate: string },
  rows: readonly DayRow[],
  miles: Miles | null,
  maker: RowMaker,
): ReportRow | null {
  if (rows.length === 0 && miles === null) return null;
  const sum = (of: (row: DayRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const days = rows.map((row) => maker.day(row));
  const placed = days.findLast(({ lon }) => !Number.isNaN(lon));
  const seen = days.filter((_, i) => rows[i]?.FirstTime !== null);
  const metres = sum((row) => Math.round(Number(row.Kilometres) * 1000));
  const name = plate || (rows[0]?.VehicleNum ?? id);
  return {
    ...{
      id,
      plate: name,
      fromS: seen[0]?.fromS ?? Number.NaN,
      toS: seen.at(-1)?.toS ?? Number.NaN,
    },
    lon: placed?.lon ?? Number.NaN,
    lat: placed?.lat ?? Number.NaN,
    cells: [
      ...[name, miles?.km ?? metres / 1000, sum((row) => row.Trips)],
      ...[sum((row) => row.DrivingSeconds), sum((row) => row.IdleSeconds)],
      rows.reduce((max, row) => Math.max(max, row.MaxSpeed), 0),
      fuelOf(rows, miles),
      ...(placed?.cells.slice(-2) ?? [null, null]),
    ],
  };
}

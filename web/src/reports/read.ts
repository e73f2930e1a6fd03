/**
 * Reads a report from the server, some vehicles at a time, so that the first rows are there soon
 * and no call is asked for more than one may read.
 */
import { inPlaces } from '../app/alarms.ts';
import { now } from '../app/fleet.ts';
import { ALARM_TYPES } from '../i18n/alarm_type.ts';
import { language } from '../i18n/choice.ts';
import type { Asked } from './asked.ts';
import { ask, batches, rangeOf, type SpanPage, spanPages } from './calls.ts';
import type { ReportRow } from './kinds.ts';
import { mileage } from './mileage.ts';
import { RowMaker } from './rows.ts';

export interface Page {
  rows: ReportRow[];
  /** Vehicles of which all is told. */
  done: number;
  /** Something of them cannot be read any more. */
  isCut?: boolean;
}

const ALARM_VEHICLES = 500;
const ALARMS_A_PAGE = 1000;
const POINTS = 200;

/** The number that was chosen as the option, under its name; none where none was. */
function numberOption(name: string, { option }: Asked): Record<string, number> {
  return option === '' || Number.isNaN(Number(option)) ? {} : { [name]: Number(option) };
}

/** Numbers between points. */
export function listOption(option: string): number[] {
  return option.split('.').filter(Boolean).map(Number);
}

async function* made<R>(
  pages: AsyncGenerator<SpanPage<R>>,
  rowOf: (row: R) => ReportRow,
): AsyncGenerator<Page> {
  for await (const { rows, ...rest } of pages) yield { rows: rows.map(rowOf), ...rest };
}

async function* alarms(asked: Asked, maker: RowMaker): AsyncGenerator<Page> {
  const types = listOption(asked.option).flatMap((kind) => ALARM_TYPES[kind] ?? []);
  const only = types.length > 0 ? { AlarmType: types } : {};
  let done = 0;
  for (const batch of batches(asked.ids, ALARM_VEHICLES, ALARM_VEHICLES)) {
    const fields = { DeviceIDs: batch, ...rangeOf(asked), ...only, ...inPlaces() };
    for (let page = 1, total = 1; (page - 1) * ALARMS_A_PAGE < total; page++) {
      const paging = { PageIndex: page, PageSize: ALARMS_A_PAGE };
      const found = await ask('manage/ListAlarms', { ...fields, ...paging });
      total = found.total;
      const isLast = page * ALARMS_A_PAGE >= total;
      if (isLast) done += batch.length;
      yield { rows: found.data.map((row) => maker.alarm(row)), done };
    }
  }
}

/** As the file has them: of those that ever reported; their places are asked for beside them. */
async function* latest(asked: Asked, maker: RowMaker): AsyncGenerator<Page> {
  let done = 0;
  for (const batch of batches(asked.ids, POINTS, POINTS)) {
    const found = await ask('vehicle/GetCurrentVehicleInfoByDeviceIDs', { DeviceIDs: batch });
    const rows = batch.flatMap((id) => found.data.filter(({ SIM2 }) => SIM2 === id));
    const Points = rows.map(({ Lon, Lat }) => [Lon, Lat]);
    const names =
      Points.length === 0
        ? []
        : await ask('manage/GetPlaces', { Points, Language: language.value });
    done += batch.length;
    yield { rows: rows.map((row, i) => maker.latest(row, names[i] ?? null)), done };
  }
}

/** The pages of a report, one behind the other; throws ApiError. */
export function pagesOf(asked: Asked): AsyncGenerator<Page> {
  const maker = new RowMaker(asked.zone, Math.min(now.peek(), asked.toS));
  const stop = numberOption('StopMinutes', asked);
  const fences = listOption(asked.option);
  const placed = <F extends object>(fields: F) => ({ ...fields, ...inPlaces() });
  switch (asked.kind) {
    case 'mileage':
      return mileage(asked, maker);
    case 'days':
      return made(
        spanPages(asked, (fields) => ask('manage/GetDays', placed(fields))),
        (row) => maker.day(row),
      );
    case 'trips':
      return made(
        spanPages(asked, (fields) => ask('manage/GetTrips', placed({ ...fields, ...stop }))),
        (row) => maker.trip(row),
      );
    case 'stops':
      return made(
        spanPages(asked, (fields) => ask('manage/GetStops', placed({ ...fields, ...stop }))),
        (row) => maker.stop(row),
      );
    case 'overspeed': {
      const limit = numberOption('Kmh', asked);
      return made(
        spanPages(asked, (fields) => ask('manage/GetOverspeed', placed({ ...fields, ...limit }))),
        (row) => maker.overspeed(row),
      );
    }
    case 'offline': {
      const least = numberOption('Minutes', asked);
      return made(
        spanPages(asked, (fields) => ask('manage/GetOffline', placed({ ...fields, ...least }))),
        (row) => maker.offline(row),
      );
    }
    case 'fences': {
      const only = fences.length > 0 ? { PolygonIDs: fences } : {};
      return made(
        spanPages(asked, (fields) => ask('manage/GetFenceVisits', placed({ ...fields, ...only }))),
        (row) => maker.visit(row),
      );
    }
    case 'alarms':
      return alarms(asked, maker);
    case 'latest':
      return latest(asked, maker);
  }
}

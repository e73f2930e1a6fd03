/**
 * Mileage and fuel: kilometres and litres as the API has them for spans of any length, and beside
 * them what the days of the vehicle add up to.
 */
import { inPlaces } from '../app/alarms.ts';
import { fleet } from '../app/fleet.ts';
import type { Asked } from './asked.ts';
import { ask, batches, rangeOf, spanPages } from './calls.ts';
import type { ReportRow } from './kinds.ts';
import { dayCount } from './period.ts';
import { type DayRow, type Miles, mileageRow, type RowMaker } from './rows.ts';

const FIRST_VEHICLES = 10;
const VEHICLE_DAYS = 500;
const VEHICLES = 50;

function plateOf(id: string): string {
  return fleet.texts.plate[fleet.slotOfId(id)] ?? '';
}

/** By plate, since these rows have no DeviceID; a plate with a comma cannot be asked for. */
async function readMiles(asked: Asked, ids: readonly string[]): Promise<Map<string, Miles>> {
  const plates = ids.map(plateOf).filter((plate) => plate !== '' && !plate.includes(','));
  if (plates.length === 0) return new Map();
  const fields = { VehiclePlate: plates, ...rangeOf(asked) };
  const found = await ask('vehicle/GetMileageAndFuel', fields);
  return new Map(
    found.data.map(({ VehicleNum, Mileage, OilNum }) => [
      VehicleNum,
      { km: Number(Mileage), litres: Number(OilNum) },
    ]),
  );
}

/** The days of each of them; whether some cannot be read. */
async function readDays(asked: Asked, ids: readonly string[]) {
  const days = new Map<string, DayRow[]>();
  let isCut = false;
  const pages = spanPages({ ...asked, ids }, (fields) =>
    ask('manage/GetDays', { ...fields, ...inPlaces() }),
  );
  for await (const page of pages) {
    isCut ||= page.isCut;
    for (const row of page.rows) {
      const own = days.get(row.DeviceID);
      if (own) own.push(row);
      else days.set(row.DeviceID, [row]);
    }
  }
  return { days, isCut };
}

/** A row a vehicle of which anything is known. */
export async function* mileage(asked: Asked, maker: RowMaker) {
  const most = Math.max(1, Math.min(VEHICLES, Math.floor(VEHICLE_DAYS / dayCount(asked))));
  let done = 0;
  for (const ids of batches(asked.ids, Math.min(most, FIRST_VEHICLES), most)) {
    const [miles, { days, isCut }] = await Promise.all([
      readMiles(asked, ids),
      readDays(asked, ids),
    ]);
    const rows: ReportRow[] = [];
    for (const id of ids) {
      const plate = plateOf(id);
      const row = mileageRow({ id, plate }, days.get(id) ?? [], miles.get(plate) ?? null, maker);
      if (row !== null) rows.push(row);
    }
    done += ids.length;
    yield { rows, done, isCut };
  }
}

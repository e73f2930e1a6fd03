/**
 * The fleet of the pictures: every state, groups, alarms, values that are missing. It is the same in
 * each run, to the second.
 */
import { Fleet } from './fleet.ts';
import { CLOCK_S } from './pictures.ts';
import type { Server } from './server.ts';

const DAY_S = 86_400;
const SILENT_S = 47 * 60;
const STEP_S = 60;

interface Vehicle {
  plate: string;
  group: string;
  lat: number;
  lon: number;
  state: 'moving' | 'idle' | 'parked' | 'silent' | 'gone' | 'never';
  /** Minutes since it moves or stands. */
  minutes: number;
  kmh?: number;
  course?: number;
  alarm?: string;
  fuel?: number;
  volts?: number;
  model?: string;
}

const at = (lat: number, lon: number) => ({ lat, lon });

const vehicles: Vehicle[] = [
  {
    plate: 'B-HF 101',
    group: 'North',
    ...at(53.5461, 9.9667),
    state: 'moving',
    minutes: 34,
    kmh: 62,
    course: 45,
    fuel: 61,
    volts: 27.6,
  },
  {
    plate: 'B-HF 102',
    group: 'North',
    ...at(53.8655, 10.6866),
    state: 'moving',
    minutes: 12,
    kmh: 87,
    course: 120,
    fuel: 44,
    volts: 27.4,
    alarm: 'overspeed',
  },
  {
    plate: 'B-HF 103',
    group: 'North',
    ...at(54.0924, 12.0991),
    state: 'idle',
    minutes: 14,
    fuel: 23,
    volts: 26.9,
  },
  {
    plate: 'B-HF 104',
    group: 'North',
    ...at(54.3233, 10.1228),
    state: 'parked',
    minutes: 95,
    fuel: 88,
    volts: 24.3,
  },
  {
    plate: 'B-HF 105',
    group: 'North',
    ...at(53.0793, 8.8017),
    state: 'silent',
    minutes: 60,
    fuel: 12,
  },
  { plate: 'B-HF 106', group: 'North', ...at(53.1435, 8.2146), state: 'never', minutes: 0 },
  {
    plate: 'M-HF 201',
    group: 'South',
    ...at(48.1374, 11.5755),
    state: 'moving',
    minutes: 51,
    kmh: 48,
    course: 200,
    fuel: 70,
    volts: 13.9,
  },
  {
    plate: 'M-HF 202',
    group: 'South',
    ...at(48.3705, 10.8978),
    state: 'moving',
    minutes: 7,
    kmh: 104,
    course: 310,
    fuel: 35,
    volts: 14.1,
  },
  {
    plate: 'M-HF 203',
    group: 'South',
    ...at(49.4521, 11.0767),
    state: 'idle',
    minutes: 3,
    fuel: 55,
    volts: 13.8,
  },
  {
    plate: 'M-HF 204',
    group: 'South',
    ...at(48.7758, 9.1829),
    state: 'parked',
    minutes: 180,
    fuel: 90,
    volts: 12.6,
    alarm: 'sos',
  },
  {
    plate: 'M-HF 205',
    group: 'South',
    ...at(47.999, 7.8421),
    state: 'gone',
    minutes: 30,
    fuel: 41,
  },
  {
    plate: '粤B 88888',
    group: '深圳',
    ...at(22.5431, 114.0579),
    state: 'moving',
    minutes: 22,
    kmh: 39,
    course: 275,
    volts: 13.7,
  },
  {
    plate: '粤B 12345',
    group: '深圳',
    ...at(22.5629, 113.9408),
    state: 'parked',
    minutes: 640,
    volts: 12.4,
  },
  {
    plate: '云A 66202',
    group: '深圳',
    ...at(25.04, 102.71),
    state: 'idle',
    minutes: 28,
    volts: 13.5,
    alarm: 'lowBattery',
  },
  {
    plate: 'Courier Anna',
    group: 'Couriers',
    ...at(52.52, 13.405),
    state: 'moving',
    minutes: 9,
    kmh: 18,
    course: 90,
  },
  { plate: 'Courier Ben', group: 'Couriers', ...at(52.4862, 13.425), state: 'parked', minutes: 41 },
  {
    plate: 'Trailer with a long name 7',
    group: '',
    ...at(51.3397, 12.3731),
    state: 'silent',
    minutes: 60,
  },
];

const METRES_A_DEGREE = 111_320;

/** Where a vehicle was `s` seconds before it came to its place, at its speed and course. */
function before(v: Vehicle, s: number): { lat: number; lon: number } {
  const metres = ((v.kmh ?? 30) / 3.6) * s;
  const course = ((v.course ?? 0) * Math.PI) / 180;
  return {
    lat: v.lat - (metres * Math.cos(course)) / METRES_A_DEGREE,
    lon:
      v.lon - (metres * Math.sin(course)) / (METRES_A_DEGREE * Math.cos((v.lat * Math.PI) / 180)),
  };
}

/** Its fixes of the last hour and more, oldest first; the newest is `age` seconds old. */
async function drive(fleet: Fleet, id: string, v: Vehicle, age: number): Promise<void> {
  const { kmh = 0, course = 0, fuel, volts } = v;
  const values = {
    ...(fuel === undefined ? {} : { fuel }),
    ...(volts === undefined ? {} : { volts }),
  };
  const stands = v.state !== 'moving';
  const endS = age + (stands ? v.minutes * 60 : 0);
  const driveS = stands ? 15 * 60 : v.minutes * 60;
  const speed = stands ? 40 : kmh;
  for (let s = driveS; s > 0; s -= STEP_S) {
    const ignition = true;
    await fleet.report(id, {
      ...before(v, s),
      kmh: speed,
      course,
      ignition,
      age: endS + s,
      ...values,
    });
  }
  const still = { lat: v.lat, lon: v.lon, kmh: stands ? 0 : kmh, course, ...values };
  const ignition = v.state === 'idle' || v.state === 'moving';
  if (stands) await fleet.report(id, { ...still, ignition, age: endS });
  const alarm = v.alarm === undefined ? {} : { alarm: v.alarm };
  await fleet.report(id, { ...still, ignition, age, ...alarm });
}

export interface Scene {
  fleet: Fleet;
  /** An enterprise without a device. */
  empty: Fleet;
  /** DeviceID by plate. */
  ids: Map<string, string>;
}

/** Of a server that was made with a clock; it is started again on the way. */
export async function makeScene(server: Server): Promise<Scene> {
  server.setClock(CLOCK_S - DAY_S);
  const fleet = await Fleet.make(server);
  const empty = await Fleet.make(server, { name: 'Newcomer Ltd' });
  const ids = new Map<string, string>();
  const groups = new Map<string, number>();
  for (const [i, v] of vehicles.entries()) {
    if (v.group !== '' && !groups.has(v.group)) groups.set(v.group, await fleet.addGroup(v.group));
    const id = String(860_000_000_000_101 + i);
    const group = groups.get(v.group);
    await fleet.add(id, v.plate, { Model: 'FMB920', ...(group ? { GroupID: group } : {}) });
    ids.set(v.plate, id);
  }
  const idOf = (v: Vehicle) => ids.get(v.plate) as string;
  const driveAll = async (states: Vehicle['state'][]) => {
    for (const [i, v] of vehicles.entries()) {
      if (states.includes(v.state)) await drive(fleet, idOf(v), v, 2 + (i % 7) * 4);
    }
  };
  await driveAll(['gone']);
  server.setClock(CLOCK_S - SILENT_S);
  await driveAll(['silent']);
  await server.end('SIGTERM');
  server.setClock(CLOCK_S);
  await server.start();
  await driveAll(['moving', 'idle', 'parked']);
  return { fleet, empty, ids };
}

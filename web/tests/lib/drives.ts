/** A day of a vehicle, made of legs: it stands, or drives along a course at a speed. */
import type { Fleet } from './fleet.ts';

export interface Leg {
  minutes: number;
  /** 0: it stands. */
  kmh?: number;
  course?: number;
  /** At standstill: the engine runs. */
  idles?: boolean;
  /** Nothing is told while it drives. */
  isSilent?: boolean;
  /** With the first fix of the leg. */
  alarm?: string;
}

export interface Start {
  lat: number;
  lon: number;
  /** Epoch seconds. */
  atS: number;
}

const METRES_A_DEGREE = 111_320;
const EVERY_S = 60;
const STANDING_EVERY_S = 600;

/** Sends it all, oldest first; answers where and when it ends. */
export async function drive(
  fleet: Fleet,
  id: string,
  start: Start,
  legs: readonly Leg[],
): Promise<Start> {
  let { lat, lon, atS } = start;
  let fuel = 80;
  for (const { minutes, kmh = 0, course = 0, idles = false, isSilent = false, alarm } of legs) {
    const everyS = kmh > 0 ? EVERY_S : STANDING_EVERY_S;
    const endS = atS + minutes * 60;
    const turn = (course * Math.PI) / 180;
    for (let first = true; atS < endS; first = false, atS += everyS) {
      // a bend, and a speed that is not always the same
      const wave = Math.sin(atS / 400);
      const speed = kmh === 0 ? 0 : kmh * (1 + 0.25 * wave);
      const metres = (speed / 3.6) * everyS;
      const towards = turn + 0.35 * wave;
      lat += (metres * Math.cos(towards)) / METRES_A_DEGREE;
      lon += (metres * Math.sin(towards)) / (METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180));
      fuel -= metres / 4000;
      if (isSilent) continue;
      await fleet.report(id, {
        ...{
          lat,
          lon,
          kmh: speed,
          course: (((towards * 180) / Math.PI) % 360) + (towards < 0 ? 360 : 0),
        },
        ...{ ignition: kmh > 0 || idles, age: fleet.server.nowS() - atS, fuel },
        volts: kmh > 0 || idles ? 27.4 : 24.6,
        ...(first && alarm !== undefined ? { alarm } : {}),
      });
    }
  }
  return { lat, lon, atS };
}

/**
 * An enterprise with an administrator and devices, which report over OsmAnd's protocol: a GET on the
 * device port a fix.
 */
import assert from 'node:assert/strict';
import type { AddDeviceRequest } from '../../src/api/types.ts';
import { type Client, logInAsRoot } from './client.ts';
import { ask } from './http.ts';
import type { Server } from './server.ts';

export const PASSWORD = 'secret-1';

/** A fix; speed in km/h, course in degrees. What is left out stays as it was before. */
export interface Fix {
  lat?: number;
  lon?: number;
  kmh?: number;
  course?: number;
  ignition?: boolean;
  /** Seconds ago. */
  age?: number;
  battery?: number;
  volts?: number;
  fuel?: number;
  /** Names of alarms between commas; they are of this fix alone. */
  alarm?: string;
}

export interface FleetOptions {
  name?: string;
  zone?: string;
  /** The enterprise that it is below. */
  ParentHoldID?: number;
}

export class Fleet {
  readonly server: Server;
  readonly root: Client;
  readonly admin: Client;
  readonly holdId: number;
  readonly loginName: string;
  private readonly last = new Map<string, Fix>();

  private constructor(root: Client, admin: Client, holdId: number, loginName: string) {
    this.server = root.server;
    this.root = root;
    this.admin = admin;
    this.holdId = holdId;
    this.loginName = loginName;
  }

  static async make(server: Server, options: FleetOptions = {}): Promise<Fleet> {
    const { name = 'Harbour Freight', zone = 'Europe/Berlin', ...below } = options;
    const root = await logInAsRoot(server);
    const fields = { HoldName: name, TimeZone: zone, ...below };
    const made = await root.data('manage/AddEnterprise', fields);
    const HoldID = made.HoldID;
    const LoginName = `admin${HoldID}`;
    await root.data('manage/AddUser', { HoldID, LoginName, PassWord: PASSWORD, Role: 'admin' });
    return new Fleet(root, await root.logIn(LoginName, PASSWORD), HoldID, LoginName);
  }

  /** A group's GroupID. */
  async addGroup(name: string): Promise<number> {
    return (await this.admin.data('manage/AddGroup', { GroupName: name })).GroupID;
  }

  async add(deviceId: string, plate: string, more: Partial<AddDeviceRequest> = {}): Promise<void> {
    const fields = { DeviceID: deviceId, VehiclePlate: plate, ...more };
    await this.admin.data('manage/AddDevice', fields);
  }

  /** Sends a fix; it is stored when this is done. */
  async report(deviceId: string, fix: Fix): Promise<void> {
    const whole: Fix = { ...this.last.get(deviceId), ...fix };
    this.last.set(deviceId, whole);
    const { lat = 52.52, lon = 13.405, kmh = 0, course = 0 } = whole;
    const fields = new URLSearchParams({
      id: deviceId,
      timestamp: String(this.server.nowS() - (fix.age ?? 0)),
      lat: lat.toFixed(6),
      lon: lon.toFixed(6),
      speed: (kmh / 1.852).toFixed(3), // knots
      bearing: String(course),
    });
    for (const [name, value] of [
      ['ignition', whole.ignition],
      ['batt', whole.battery],
      ['power', whole.volts],
      ['fuel', whole.fuel],
      ['alarm', fix.alarm],
    ] as const) {
      if (value !== undefined) fields.set(name, String(value));
    }
    const { status, body } = await ask(`${this.server.deviceUrl}/?${fields}`, {});
    assert.equal(status, 200, `${deviceId}: ${body}`);
  }
}

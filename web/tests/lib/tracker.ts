/**
 * A terminal of JT/T 808-2013 with doors: it reports, is sent commands, and answers them when a
 * test says so.
 *
 *     7e | id u16, attributes u16, terminal bcd[6], serial u16 | body | xor u8 | 7e
 *
 * within it 7e is 7d 02, and 7d is 7d 01.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Server } from './server.ts';

const DELIMITER = 0x7e;
const ESCAPE = 0x7d;
const HEAD = 12;
const GENERAL_REPLY = 0x8001;
const HEARTBEAT = 0x0002;
const BEAT_MS = 1000;
/** Its clock shows Chinese time. */
const ZONE_S = 8 * 3600;

export const TEXT = 0x8300;
export const DOORS = 0x8500;
export const QUERY_POSITION = 0x8201;

/** What the server sent. */
export interface Sent {
  id: number;
  serial: number;
  body: Buffer;
}

export interface Place {
  lat: number;
  lon: number;
  kmh?: number;
  course?: number;
  ignition?: boolean;
  locked?: boolean;
  /** Epoch seconds. */
  timeS: number;
}

function escaped(content: Buffer): Buffer {
  const bytes = [DELIMITER];
  for (const byte of content) {
    if (byte === DELIMITER) bytes.push(ESCAPE, 2);
    else if (byte === ESCAPE) bytes.push(ESCAPE, 1);
    else bytes.push(byte);
  }
  return Buffer.from([...bytes, DELIMITER]);
}

function unescaped(frame: Buffer): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < frame.length; i++) {
    const isEscape = frame[i] === ESCAPE;
    if (isEscape) i++;
    const byte = frame[i] as number;
    bytes.push(isEscape ? (byte === 2 ? DELIMITER : ESCAPE) : byte);
  }
  return Buffer.from(bytes);
}

function u16(...values: number[]): Buffer {
  const out = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) out.writeUInt16BE(value, i * 2);
  return out;
}

/** Alarms, status, latitude, longitude, altitude, speed, course, time. */
function location({ lat, lon, kmh = 0, course = 0, ignition, locked, timeS }: Place): Buffer {
  const head = Buffer.alloc(16);
  const status = (ignition ? 1 : 0) | 2 | (lat < 0 ? 4 : 0) | (lon < 0 ? 8 : 0);
  head.writeUInt32BE((status | (locked ? 0x1000 : 0)) >>> 0, 4);
  head.writeUInt32BE(Math.round(Math.abs(lat) * 1e6), 8);
  head.writeUInt32BE(Math.round(Math.abs(lon) * 1e6), 12);
  const digits = new Date((timeS + ZONE_S) * 1000).toISOString().replace(/\D/g, '').slice(2, 14);
  return Buffer.concat([
    head,
    u16(0, Math.round(kmh * 10), Math.round(course)),
    Buffer.from(digits, 'hex'),
  ]);
}

export class Tracker {
  /** All that it was sent but acknowledgements, oldest first. */
  readonly sent: Sent[] = [];
  private readonly socket: Socket;
  private readonly terminal: string;
  private serial = 0;
  private rest: Buffer = Buffer.alloc(0);
  private acknowledged = 0;
  private readonly seen = new Set<Sent>();
  private wakers: (() => void)[] = [];
  private readonly beat: ReturnType<typeof setInterval>;

  /** Connects a terminal, by its 12 digits; it is heard each second as long as it is there. */
  static async connect(server: Server, terminal: string): Promise<Tracker> {
    const { hostname, port } = new URL(server.deviceUrl);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const tracker = new Tracker(socket, terminal);
    await tracker.say(HEARTBEAT);
    return tracker;
  }

  private constructor(socket: Socket, terminal: string) {
    this.socket = socket;
    this.terminal = terminal;
    socket.on('data', (bytes: Buffer) => this.take(bytes));
    socket.on('error', () => undefined); // the server may reset it
    socket.on('close', () => this.wake());
    this.beat = setInterval(() => this.write(HEARTBEAT, Buffer.alloc(0)), BEAT_MS);
  }

  /** Ends the connection. */
  async end(): Promise<void> {
    clearInterval(this.beat);
    if (this.socket.destroyed) return;
    const isClosed = once(this.socket, 'close');
    this.socket.destroy();
    await isClosed;
  }

  /** Reports where it is; done when the last of them is stored. */
  async report(...places: Place[]): Promise<void> {
    for (const place of places.slice(0, -1)) this.write(0x0200, location(place));
    const last = places.at(-1);
    if (last) await this.say(0x0200, location(last));
  }

  /** The next message of a kind that it was sent, and was not asked for before. */
  async next(id: number): Promise<Sent> {
    for (;;) {
      const at = this.sent.findIndex((each) => each.id === id && !this.seen.has(each));
      const found = this.sent[at];
      if (found) {
        this.seen.add(found);
        return found;
      }
      await this.news();
    }
  }

  /** Done when more came; throws once nothing can. */
  private async news(): Promise<void> {
    assert.ok(!this.socket.destroyed, 'the server has closed the connection');
    await new Promise<void>((wake) => this.wakers.push(wake));
  }

  /** Says that a message came. */
  receive({ id, serial }: Sent): Promise<void> {
    return this.say(0x0001, Buffer.concat([u16(serial, id), Buffer.from([0])]));
  }

  /** Answers a text, in words. */
  answerText(text: string): Promise<void> {
    return this.say(0x6006, Buffer.concat([Buffer.from([0]), Buffer.from(text, 'latin1')]));
  }

  /** Answers a query of its position, or says what its doors are now. */
  answerPlace(id: 0x0201 | 0x0500, { serial }: Sent, place: Place): Promise<void> {
    return this.say(id, Buffer.concat([u16(serial), location(place)]));
  }

  /** Done when the server has taken it, if it is one that the server acknowledges. */
  private async say(id: number, body: Buffer = Buffer.alloc(0)): Promise<void> {
    const serial = this.write(id, body);
    const isAnswer = id === 0x0001 || id === 0x0201 || id === 0x0500;
    while (!isAnswer && this.acknowledged < serial) {
      await this.news();
    }
  }

  private write(id: number, body: Buffer): number {
    this.serial++;
    const head = Buffer.concat([
      u16(id, body.length),
      Buffer.from(this.terminal, 'hex'),
      u16(this.serial),
    ]);
    const content = Buffer.concat([head, body]);
    const check = content.reduce((sum, byte) => sum ^ byte, 0);
    this.socket.write(escaped(Buffer.concat([content, Buffer.from([check])])));
    return this.serial;
  }

  private take(bytes: Uint8Array): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const end = this.rest.indexOf(DELIMITER, 1);
      if (end < 0) break;
      this.hear(unescaped(this.rest.subarray(1, end)));
      this.rest = this.rest.subarray(end + 1);
    }
    this.wake();
  }

  private wake(): void {
    const woken = this.wakers;
    this.wakers = [];
    for (const wake of woken) wake();
  }

  private hear(content: Buffer): void {
    const body = content.subarray(HEAD, -1);
    const id = content.readUInt16BE(0);
    if (id === GENERAL_REPLY) this.acknowledged = Math.max(this.acknowledged, body.readUInt16BE(0));
    else this.sent.push({ id, serial: content.readUInt16BE(10), body });
  }
}

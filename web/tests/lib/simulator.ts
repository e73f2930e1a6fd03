/** `odograph simulate` against a server of a test. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BINARY, type Server } from './server.ts';

export interface Simulated {
  sent: number;
  acknowledged: number;
}

/** Runs it to its end; its last line. */
export async function simulate(server: Server, options: readonly string[]): Promise<Simulated> {
  const address = new URL(server.deviceUrl).host;
  const child = spawn(BINARY, ['simulate', '--quiet', '--address', address, ...options]);
  const [said, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const last = said.trimEnd().split('\n').at(-1);
  assert.ok(last, `it said nothing: ${complaint}`);
  return JSON.parse(last);
}

interface At {
  lat: number;
  lon: number;
}

/** A drive on a straight line, a fix each so many seconds, as a file of fixes. */
export function trackFile(server: Server, from: At, to: At, fixes: number, everyS: number): string {
  const lines = Array.from({ length: fixes }, (_, n) => {
    const part = n / (fixes - 1);
    const lon = from.lon + (to.lon - from.lon) * part;
    const lat = from.lat + (to.lat - from.lat) * part;
    const time = new Date(n * everyS * 1000).toISOString().replace('.000', '');
    return `${lon.toFixed(6)},${lat.toFixed(6)},${time}`;
  });
  const path = join(server.directory, 'track.csv');
  writeFileSync(path, `${['lon,lat,time', ...lines].join('\n')}\n`);
  return path;
}

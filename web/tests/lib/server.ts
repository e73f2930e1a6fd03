/**
 * A running odograph of a test's own: on ports that the kernel picks, in a directory that goes with
 * the test. It may be killed and come back on the same ports.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../../..');
const BUILD = join(ROOT, 'build');
export const BINARY = process.env['ODOGRAPH_BIN'] ?? join(BUILD, 'odograph');
const CLOCK_LIBRARY = join(BUILD, 'tests/faults/libfaultclock.so');
export const ROOT_PASSWORD = 'root-password';

export interface ServerOptions {
  isDemo?: boolean;
  /** Lines of the configuration file. */
  config?: string;
  /** Epoch seconds that its clock shows when it starts; else the machine's clock. */
  clockS?: number;
}

export class Server {
  readonly directory = mkdtempSync(join(tmpdir(), 'odograph-pages-'));
  private readonly options: ServerOptions;
  private process: ChildProcess | null = null;
  private http = '127.0.0.1:0';
  private device = '127.0.0.1:0';

  constructor(options: ServerOptions = {}) {
    this.options = options;
    writeFileSync(join(this.directory, 'odograph.conf'), options.config ?? '');
    if (options.clockS !== undefined) this.setClock(options.clockS);
  }

  /** Sets its clock, which goes on from there; of a server that was made with one. */
  setClock(clockS: number): void {
    const next = join(this.directory, 'clock.next');
    writeFileSync(next, String(Math.round(clockS - Date.now() / 1000)));
    renameSync(next, join(this.directory, 'clock'));
  }

  get url(): string {
    return `http://${this.http}`;
  }

  get deviceUrl(): string {
    return `http://${this.device}`;
  }

  /** Epoch seconds of its clock. */
  nowS(): number {
    const { clockS } = this.options;
    const offsetS = clockS === undefined ? 0 : Number(this.read('clock'));
    return Math.floor(Date.now() / 1000) + offsetS;
  }

  /** Starts it, and waits until it serves. */
  async start(): Promise<void> {
    const { isDemo, clockS } = this.options;
    // the loader only warns where it is not there, and all would be at another time
    assert.ok(clockS === undefined || existsSync(CLOCK_LIBRARY), `${CLOCK_LIBRARY} is not built`);
    const log = openSync(join(this.directory, 'server.log'), 'a');
    const child = spawn(
      BINARY,
      [
        ...['serve', '--config', join(this.directory, 'odograph.conf')],
        ...['--data', join(this.directory, 'data'), '--http', this.http, '--device', this.device],
        ...(isDemo ? ['--demo'] : []),
      ],
      {
        stdio: ['ignore', 'pipe', log],
        env: {
          ...process.env,
          ODOGRAPH_ROOT_PASSWORD: ROOT_PASSWORD,
          ...(clockS === undefined
            ? {}
            : { LD_PRELOAD: CLOCK_LIBRARY, ODOGRAPH_CLOCK_FILE: join(this.directory, 'clock') }),
        },
      },
    );
    this.process = child;
    assert.ok(child.stdout);
    process.once('exit', () => child.kill('SIGKILL'));
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = /^ready http=(\S+) device=(\S+)/.exec(line);
      if (ready) {
        this.http = ready[1] as string;
        this.device = ready[2] as string;
        return;
      }
    }
    throw new Error(`the server did not start:\n${this.log()}`);
  }

  /** kill -9, or SIGTERM. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.process;
    this.process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  log(): string {
    return this.read('server.log');
  }

  /** Ends it and takes its directory away. */
  async close(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private read(name: string): string {
    return readFileSync(join(this.directory, name), 'utf8');
  }
}

/** A server that ends with the test. */
export async function serve(test: TestContext, options: ServerOptions = {}): Promise<Server> {
  const server = new Server(options);
  test.after(() => server.close());
  await server.start();
  return server;
}

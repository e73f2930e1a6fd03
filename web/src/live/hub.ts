/**
 * Holds the one stream of a browser and hands what it says to all pages. It lives in a shared
 * worker, or in the page itself where there is none.
 *
 *     page  ──join──►  hub  ──POST /api/live──►  server
 *           ◄─event──       ◄──── events ──────
 *
 * Who joins hears `hello` as it would be said now, and all that comes later; what was before it
 * reads as a snapshot, which it need not wait with: the first stream begins behind the snapshot of
 * the first page. While no page is looked at the stream is closed after ten minutes, and goes
 * on from its last id as soon as one is.
 */
import { waitMs } from './backoff.ts';
import { isKnown } from './cursor.ts';
import type { StreamEvent } from './events.ts';
import { Hello } from './hello.ts';
import { IdJoiner } from './ids.ts';
import type { FromPage, LinkState, Port, ToPage, Watch } from './messages.ts';
import { HERE_MS } from './messages.ts';
import { columnsOf, packed } from './packed.ts';
import { DeniedError, readStream } from './stream.ts';

const HIDDEN_MS = 600_000;
/** A page in the background may be late: browsers let its timers run once a minute. */
const GONE_MS = 5 * HERE_MS;
const LOOK_MS = 10_000;
/** All is to be read anew. */
const RESET: ToPage = { kind: 'event', name: 'reset', id: '', data: '{}' };

interface Page {
  isVisible: boolean;
  heardMs: number;
  isReading: boolean;
  /** What it hears goes on behind this id; '': nobody knows yet. */
  since: string;
  /** Something may be in none of what it has. */
  hasGap: boolean;
}

function newPage(isVisible: boolean, isReading: boolean, since: string): Page {
  return { isVisible, heardMs: performance.now(), isReading, since, hasGap: false };
}

/** Thousands of rows are read here, where they hold up no page. */
function changes(id: string, data: string): ToPage {
  const said = JSON.parse(data) as Record<string, unknown> | null;
  const rest = JSON.stringify({ now: said?.['now'] });
  return { kind: 'event', name: 'd', id, data: rest, columns: packed(columnsOf(said)) };
}

export class LiveHub {
  private pages = new Map<Port<FromPage, ToPage>, Page>();
  private hello = new Hello();
  private lastId = '';
  private state: LinkState = 'connecting';
  private wasOpen = false;
  private ids = new IdJoiner();
  /** Of the stream that is kept; null: there is none. */
  private run: AbortController | null = null;
  private tries = 0;
  private seenMs = 0;
  private wake: (() => void) | null = null;
  private readonly watch: Watch;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(watch: Watch) {
    this.watch = watch;
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** For good. */
  close(): void {
    clearInterval(this.timer);
    this.pages.clear();
    this.look();
  }

  /** Hears a page; `port` is where it is answered. */
  hear(port: Port<FromPage, ToPage>, message: FromPage): void {
    const known = this.pages.get(port);
    if (message.kind === 'leave') this.pages.delete(port);
    if (message.kind === 'join') {
      this.pages.set(port, newPage(message.isVisible, message.isReading, this.lastId));
      this.greet(port);
    }
    if (message.kind === 'here' && known) {
      Object.assign(known, { isVisible: message.isVisible, heardMs: performance.now() });
    }
    if (message.kind === 'here' && !known) {
      this.pages.set(port, newPage(message.isVisible, false, this.lastId));
      this.welcomeBack(port);
    }
    if (message.kind === 'read' && known) this.hearRead(port, known, message.cursor);
    if (message.kind === 'retry') this.wake?.();
    this.look();
  }

  private greet(port: Port<FromPage, ToPage>): void {
    if (this.state === 'denied') this.state = 'connecting'; // it may have been a mistake
    port.postMessage({ kind: 'link', state: this.state });
    const hello = this.hello.text();
    if (hello !== null) {
      port.postMessage({ kind: 'event', name: 'hello', id: this.lastId, data: hello });
    }
  }

  /** The first stream begins behind the first snapshot; later ones may lack what was said. */
  private hearRead(port: Port<FromPage, ToPage>, page: Page, cursor: string): void {
    page.isReading = false;
    if (cursor === '') return; // it reads another one once the stream stands
    if (this.lastId === '' && this.run === null && !this.wasOpen) {
      this.lastId = cursor;
      for (const each of this.pages.values()) each.since ||= cursor;
    }
    if (isKnown(page.since, cursor)) return;
    page.hasGap = this.state !== 'open';
    if (!page.hasGap) port.postMessage(RESET);
  }

  /** A page that slept, and missed what was said meanwhile. */
  private welcomeBack(port: Port<FromPage, ToPage>): void {
    this.greet(port);
    port.postMessage(RESET);
  }

  /** Whether nobody listens. */
  isEmpty(): boolean {
    return this.pages.size === 0;
  }

  /** Drops pages that are gone, and begins or ends the stream as the others want it. */
  private look(): void {
    const now = performance.now();
    for (const [port, page] of this.pages) {
      if (now - page.heardMs > GONE_MS) this.pages.delete(port);
    }
    if ([...this.pages.values()].some((page) => page.isVisible)) this.seenMs = now;
    const isWanted = this.pages.size > 0 && now - this.seenMs < HIDDEN_MS;
    const mayBegin = this.wasOpen || [...this.pages.values()].some((page) => !page.isReading);
    const isThere = this.run !== null || this.state === 'denied';
    if (isWanted && mayBegin && !isThere) void this.follow();
    if (!isWanted && this.run !== null) this.end();
  }

  private end(): void {
    this.run?.abort();
    this.run = null;
    this.tell('lost');
  }

  /** Keeps a stream until its run is ended, or the token. */
  private async follow(): Promise<void> {
    const run = new AbortController();
    this.run = run;
    this.tries = 0;
    while (!run.signal.aborted) {
      try {
        await readStream(this.watch, this.lastId, (events) => this.take(events), run.signal);
      } catch (error) {
        if (error instanceof DeniedError && !run.signal.aborted) {
          this.run = null;
          this.tell('denied');
          return;
        }
      }
      if (!run.signal.aborted) await this.pause(run.signal);
    }
  }

  /** Waits before the next try: for its time, for who cannot wait, or for the end of the run. */
  private async pause(end: AbortSignal): Promise<void> {
    this.tell('lost');
    const ms = waitMs(this.tries++, Math.random());
    await new Promise<void>((done) => {
      const timer = setTimeout(done, ms);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
      end.addEventListener('abort', this.wake, { once: true });
    });
    this.wake = null;
  }

  private take(events: StreamEvent[]): void {
    this.tries = 0;
    if (this.state !== 'open') this.open();
    for (const { name, id, data } of this.ids.join(events)) {
      this.hello.take(name, data);
      if (id !== '') this.lastId = id;
      this.send(name === 'd' ? changes(id, data) : { kind: 'event', name, id, data });
    }
  }

  /** Without an id to go on from, nobody knows what was said while there was no stream. */
  private open(): void {
    this.tell('open');
    const isAll = this.wasOpen && this.lastId === '';
    for (const [port, page] of this.pages) {
      if (isAll || page.hasGap) port.postMessage(RESET);
      page.hasGap = false;
    }
    this.wasOpen = true;
  }

  private tell(state: LinkState): void {
    this.state = state;
    this.send({ kind: 'link', state });
  }

  private send(message: ToPage): void {
    for (const port of this.pages.keys()) port.postMessage(message);
  }
}

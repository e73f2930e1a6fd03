/**
 * Brings a fleet and a stream together: a snapshot first, then what changed behind it. The first
 * one does not wait for the stream, which begins behind it.
 *
 *     stream    d 41   d 42   d 43   d 44
 *     snapshot     asked for ──► has all up to 42
 *     applied                    43, 44
 *
 * What comes while the snapshot is under way waits, and is passed over where the snapshot has it.
 */
import { isKnown } from '../live/cursor.ts';
import { type Columns, columnsOf } from './columns.ts';
import type { Fleet } from './fleet.ts';

/** An event of the stream, or of the hub. */
export interface Heard {
  name: string;
  id: string;
  data: string;
  /** Of "d", where the hub packed what `data` held. */
  columns?: Columns;
}

export interface FleetEvents {
  /** The server was heard; its time, epoch seconds. */
  heard(serverS: unknown): void;
  /** Devices changed. */
  changed(): void;
  /** All devices are there, as they are. */
  loaded(): void;
  groups(list: [number, string][]): void;
  focus(indices: number[]): void;
  /** The version of the geofences that are seen. */
  fences(version: number): void;
  zone(zone: string): void;
  /** Whom the stream is for may do what goes with `role`; null: that is another one than before. */
  rights(role: string | null): void;
  /** There are news of alarms. */
  alarms(): void;
  /** The first snapshot is there, and goes so far; '': it could not be read. */
  read(cursor: string): void;
}

const AGAIN_MS = 2000;

type Fields = Record<string, unknown>;

export class FleetSync {
  private waiting: Heard[] = [];
  private needs = true;
  private isAsking = false;
  private isFirst = true;
  private isUp = false;
  /** Rises with every reset: a snapshot that was asked for before is of no use. */
  private turn = 0;
  private isStopped = false;
  private cursor = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly fleet: Fleet;
  private readonly events: FleetEvents;
  private readonly ask: () => Promise<unknown>;

  /** `ask` reads a snapshot. */
  constructor(fleet: Fleet, events: FleetEvents, ask: () => Promise<unknown>) {
    this.fleet = fleet;
    this.events = events;
    this.ask = ask;
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Before there is a stream. */
  begin(): void {
    void this.load();
  }

  /** The stream stands: what it says from here on follows a snapshot that is asked for here. */
  linkIsUp(): void {
    this.isUp = true;
    if (this.needs) void this.load();
  }

  take(event: Heard): void {
    if (this.isStopped) return;
    const said = JSON.parse(event.data) as Fields;
    this.events.heard(said['now']);
    if (event.name === 'hello') this.greet(said);
    if (event.name === 'reset') {
      this.events.rights(null);
      this.forget();
    }
    if (this.needs && (event.name === 'hello' || event.name === 'reset')) void this.load();
    if (event.name !== 'd' && event.name !== 'meta' && event.name !== 'a') return;
    if (this.needs) this.waiting.push(event);
    else this.apply(event, said);
  }

  private forget(): void {
    this.needs = true;
    this.turn++;
    this.waiting = [];
  }

  private greet(said: Fields): void {
    if (typeof said['zone'] === 'string') this.events.zone(said['zone']);
    if (typeof said['role'] === 'string') this.events.rights(said['role']);
    this.tellMarks(said);
  }

  private tellMarks(said: Fields): void {
    if (Array.isArray(said['groups'])) this.events.groups(said['groups'] as [number, string][]);
    if (Array.isArray(said['focus'])) this.events.focus(said['focus'] as number[]);
    if (typeof said['fences'] === 'number') this.events.fences(said['fences']);
  }

  private apply(event: Heard, said: Fields): void {
    if (event.id !== '' && isKnown(event.id, this.cursor)) return;
    if (event.name === 'd') this.fleet.change(event.columns ?? columnsOf(said));
    if (event.name === 'meta') {
      if ('devices' in said) this.fleet.add(columnsOf(said['devices']));
      if (Array.isArray(said['gone'])) this.fleet.remove(said['gone']);
      this.tellMarks(said);
    }
    if (event.name === 'a') this.events.alarms();
    this.events.changed();
  }

  private async load(): Promise<void> {
    if (this.isAsking || this.isStopped) return;
    this.isAsking = true;
    clearTimeout(this.timer);
    const turn = this.turn;
    try {
      const snapshot = (await this.ask()) as Fields;
      if (!this.isStopped && turn === this.turn) this.put(snapshot);
    } catch {
      // the server is busy or away: again, below
    }
    this.isAsking = false;
    this.tellFirst();
    if (turn !== this.turn) void this.load();
    else if (this.needs && this.isUp && !this.isStopped)
      this.timer = setTimeout(() => void this.load(), AGAIN_MS);
  }

  private tellFirst(): void {
    if (!this.isFirst || this.isStopped) return;
    this.isFirst = false;
    this.events.read(this.cursor);
  }

  private put(snapshot: Fields): void {
    this.cursor = typeof snapshot['cursor'] === 'string' ? snapshot['cursor'] : '';
    this.fleet.replace(columnsOf(snapshot['columns']));
    this.events.heard(snapshot['now']);
    this.needs = false;
    const waiting = this.waiting;
    this.waiting = [];
    for (const event of waiting) this.apply(event, JSON.parse(event.data) as Fields);
    this.events.alarms();
    this.events.loaded();
  }
}

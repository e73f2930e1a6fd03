/** What time it is for the server, between the frames that tell it. */
import { SILENT_AFTER_S } from './health.ts';

/** As the last frame told it; the browser's own clock may be wrong. */
export class ServerClock {
  private serverS = Number.NaN;
  private heardMs = Number.NaN;

  /** `now` as a frame has it; `atMs`: performance.now(). */
  hear(now: unknown, atMs: number): void {
    this.heardMs = atMs;
    if (typeof now === 'number' && Number.isFinite(now)) this.serverS = now;
  }

  /** Epoch seconds; until a frame came the browser's clock, `wallMs`. */
  now(atMs: number, wallMs: number): number {
    if (Number.isNaN(this.serverS)) return Math.floor(wallMs / 1000);
    return Math.floor(this.serverS + (atMs - this.heardMs) / 1000);
  }

  /** The same, but no later than what a frame that is just due would tell. */
  toldNow(atMs: number, wallMs: number): number {
    const beyondS = (this.silenceS(atMs) ?? 0) - SILENT_AFTER_S;
    return this.now(atMs, wallMs) - Math.max(0, Math.ceil(beyondS));
  }

  /** Seconds since the last frame; null: none came yet. */
  silenceS(atMs: number): number | null {
    return Number.isNaN(this.heardMs) ? null : Math.max(0, (atMs - this.heardMs) / 1000);
  }
}

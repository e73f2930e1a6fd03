/** What pages and the one who holds the stream say to each other. */
import type { Columns } from './packed.ts';

/** What is watched. Pages that watch the same share a stream. */
export interface Watch {
  token: string;
  /** The fields of /api/live, as docs/live.md has them. */
  fields: Record<string, string>;
}

/**
 * `isReading`: the page reads a snapshot meanwhile, and tells its cursor by `read`; a stream that
 * is to begin waits for that, and goes on behind it.
 */
export type FromPage =
  | { kind: 'join'; watch: Watch; isVisible: boolean; isReading: boolean }
  | { kind: 'read'; cursor: string } // ends isReading; '': it could not be read
  | { kind: 'here'; isVisible: boolean } // told every HERE_MS
  | { kind: 'retry' } // do not wait any longer
  | { kind: 'leave' };

/**
 * `event`: an event of the stream, or a comment (name ""); id: of this event, or of the first one
 * behind it that has one; `columns`: those of the data of "d", packed. `link`: how the stream is;
 * `denied`: the token is worth nothing any more.
 */
export type ToPage =
  | { kind: 'event'; name: string; id: string; data: string; columns?: Columns }
  | { kind: 'link'; state: LinkState };

export type LinkState = 'connecting' | 'open' | 'lost' | 'denied';

export const HERE_MS = 30_000;

/** One side of a conversation; a MessagePort is one. */
export interface Port<In, Out> {
  postMessage(message: Out): void;
  onmessage: ((event: { data: In }) => void) | null;
}

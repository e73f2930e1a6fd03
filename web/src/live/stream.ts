/**
 * One connection to /api/live, read with fetch: EventSource cannot send the token in a header, and
 * cookies do not reach a page in a foreign frame.
 */
import type { StreamEvent } from './events.ts';
import { EventReader } from './events.ts';
import type { Watch } from './messages.ts';

export class DeniedError extends Error {}

/** Longer silence than this is a dead connection: a heartbeat comes every 15 s. */
export const SILENCE_MS = 25_000;

/**
 * Reads until the stream ends, which throws. `after` is the id from which it goes on; "": from this
 * moment. DeniedError: the token is worth nothing.
 */
export async function readStream(
  watch: Watch,
  after: string,
  onEvents: (events: StreamEvent[]) => void,
  end: AbortSignal,
): Promise<never> {
  const stop = new AbortController();
  end.addEventListener('abort', () => stop.abort(), { once: true });
  let timer = setTimeout(() => stop.abort(), SILENCE_MS);
  try {
    const answer = await ask(watch, after, stop.signal);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventReader();
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) throw new Error('the stream ended');
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENCE_MS);
      onEvents(events.push(piece.value));
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

async function ask(watch: Watch, after: string, signal: AbortSignal): Promise<Response> {
  const fields = after === '' ? watch.fields : { ...watch.fields, after };
  const answer = await fetch('/api/live', {
    method: 'POST',
    headers: { Authorization: watch.token, 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
    cache: 'no-store',
    credentials: 'omit',
    signal,
  });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  if (!answer.headers.get('Content-Type')?.startsWith('text/event-stream')) {
    const said = (await answer.json()) as { Code?: number };
    throw said.Code === 401 ? new DeniedError() : new Error(`Code ${said.Code}`);
  }
  return answer;
}

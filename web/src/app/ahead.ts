/**
 * Calls that the first page is sure to make, asked for before its code is there. Who then makes the
 * same call, by the same token, gets the answer that is under way; each once.
 */

interface Asked {
  answer: Promise<Response>;
  stop: AbortController;
}

const asked = new Map<string, Asked>();

function nameOf(path: string, body: string, token: string): string {
  return [path, token, body].join('\n');
}

/** Posts `body` to /api/PATH. */
export function send(
  path: string,
  body: string,
  token: string,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (token !== '') headers['Authorization'] = token;
  return fetch(`/api/${path}`, { method: 'POST', headers, body, cache: 'no-store', signal });
}

/** `hear` gets a copy of the answer, before anybody else has it. */
export function askAhead(
  path: string,
  fields: object,
  token: string,
  hear?: (copy: Response) => Promise<void>,
): void {
  const body = JSON.stringify(fields);
  const stop = new AbortController();
  const answer = send(path, body, token, stop.signal).then(async (found) => {
    await hear?.(found.clone());
    return found;
  });
  answer.catch(() => undefined); // it is told to whoever takes it
  asked.set(nameOf(path, body, token), { answer, stop });
}

/** The answer that was asked for ahead; null: none was, or somebody has it. */
export function takeAhead(path: string, body: string, token: string): Promise<Response> | null {
  const name = nameOf(path, body, token);
  const answer = asked.get(name)?.answer ?? null;
  asked.delete(name);
  return answer;
}

/** Ends what nobody took: the page is another one than it looked. */
export function dropAhead(): void {
  for (const { stop } of asked.values()) stop.abort();
  asked.clear();
}

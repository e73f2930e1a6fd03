/**
 * As much of a browser as the rooms below components ask of one, so that what they do with answers,
 * logins and enterprises is tested without one. Whoever imports it does so before them.
 */
import { setImmediate } from 'node:timers/promises';

class Shelf implements Storage {
  private readonly kept = new Map<string, string>();
  get length(): number {
    return this.kept.size;
  }
  key(at: number): string | null {
    return [...this.kept.keys()][at] ?? null;
  }
  getItem(name: string): string | null {
    return this.kept.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.kept.set(name, value);
  }
  removeItem(name: string): void {
    this.kept.delete(name);
  }
  clear(): void {
    this.kept.clear();
  }
}

const place = {
  ...{ pathname: '/', search: '', hash: '', hostname: 'localhost' },
  origin: 'http://localhost',
};

function goTo(_state: unknown, _title: string, url: string): void {
  const { pathname, search, hash } = new URL(url, place.origin);
  Object.assign(place, { pathname, search, hash });
}

const heard = new EventTarget();
const listening = {
  addEventListener: heard.addEventListener.bind(heard),
  removeEventListener: heard.removeEventListener.bind(heard),
  dispatchEvent: heard.dispatchEvent.bind(heard),
};

const globals: Record<string, unknown> = {
  ...listening,
  window: globalThis,
  location: place,
  history: { pushState: goTo, replaceState: goTo },
  localStorage: new Shelf(),
  sessionStorage: new Shelf(),
  matchMedia: () => ({ matches: false, ...listening }),
  requestAnimationFrame: (act: () => void) => setTimeout(act, 0),
  cancelAnimationFrame: clearTimeout,
  document: {
    ...listening,
    visibilityState: 'visible',
    documentElement: { dataset: {}, lang: 'en' },
    body: { dataset: {} },
    getElementById: () => null,
  },
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** A call that waits for its answer. */
export interface Call {
  method: string;
  fields: Record<string, unknown>;
  token: string;
  answer(data: unknown): Promise<void>;
  refuse(code: number, text?: string): Promise<void>;
  /** No answer comes. */
  lose(): Promise<void>;
}

/** Once all that waited for an answer has heard of it. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

/** A server of which a test answers each call when it likes. */
export class Calls {
  private waiting: Call[] = [];
  private told: (() => void)[] = [];

  constructor() {
    globalThis.fetch = (path, options) => this.take(String(path), options ?? {});
  }

  private take(path: string, { body, headers }: RequestInit): Promise<Response> {
    return new Promise((done, fail) => {
      const give = async (envelope: object) => {
        done(Response.json(envelope));
        await rest();
      };
      this.waiting.push({
        method: path.replace('/api/', ''),
        fields: JSON.parse(String(body ?? '{}')),
        token: (headers as Record<string, string> | undefined)?.['Authorization'] ?? '',
        answer: (Data) => give({ Code: 200, Data, ErrMsg: null }),
        refuse: (Code, ErrMsg = '') => give({ Code, Data: null, ErrMsg }),
        lose: async () => {
          fail(new TypeError('no connection'));
          await rest();
        },
      });
      for (const tell of this.told.splice(0)) tell();
    });
  }

  /** The next call of a method, once it is made. */
  async next(method: string): Promise<Call> {
    for (;;) {
      const at = this.waiting.findIndex((call) => call.method === method);
      const [found] = at < 0 ? [] : this.waiting.splice(at, 1);
      if (found) return found;
      await new Promise<void>((done) => this.told.push(done));
    }
  }

  /** How many calls of a method wait, once all is still. */
  async count(method: string): Promise<number> {
    await rest();
    return this.waiting.filter((call) => call.method === method).length;
  }
}

/** What GetMe says of an account. */
export const ME = {
  ...{ LoginName: 'ann', Role: 'root', HoldID: null, HoldName: '', Groups: [] },
  ...{ TimeZone: 'UTC', Language: '', Units: 'km', Version: '1', Map: {} },
};

/** A page's end of the stream: over the shared worker, or a hub of its own where there is none. */
import { LiveHub } from './hub.ts';
import type { FromPage, Port, ToPage, Watch } from './messages.ts';
import { HERE_MS } from './messages.ts';

export interface Live {
  /** The page's first snapshot is there: up to where it goes; '': it could not be read. */
  tellRead(cursor: string): void;
  /** Asks at once instead of waiting. */
  retry(): void;
  close(): void;
}

export function connectLive(watch: Watch, hear: (message: ToPage) => void): Live {
  let read: FromPage | null = null;
  const join = (port: Pick<PagePort, 'postMessage'>) => {
    port.postMessage({ kind: 'join', watch, isVisible: isVisible(), isReading: true });
    if (read !== null) port.postMessage(read);
  };
  const port = openPort(watch, hear, join);
  const tellHere = () => port.postMessage({ kind: 'here', isVisible: isVisible() });
  const retry = () => port.postMessage({ kind: 'retry' });
  const leave = () => port.postMessage({ kind: 'leave' });
  const look = () => {
    tellHere();
    if (isVisible()) retry();
  };
  const timer = setInterval(tellHere, HERE_MS);
  document.addEventListener('visibilitychange', look);
  addEventListener('online', retry);
  addEventListener('pagehide', leave);
  addEventListener('pageshow', tellHere); // back from the browser's history
  join(port);
  return {
    tellRead(cursor) {
      read = { kind: 'read', cursor };
      port.postMessage(read);
    },
    retry,
    close() {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
      removeEventListener('online', retry);
      removeEventListener('pagehide', leave);
      removeEventListener('pageshow', tellHere);
      leave();
      port.end();
    },
  };
}

interface PagePort {
  postMessage(message: FromPage): void;
  end(): void;
}

/** The shared worker, or this page's own hub where the browser has none, or cannot run it. */
function openPort(
  watch: Watch,
  hear: (message: ToPage) => void,
  join: (port: PagePort) => void,
): PagePort {
  if (typeof SharedWorker === 'undefined') return ownHub(watch, hear);
  let worker: SharedWorker;
  try {
    worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: 'odograph-live',
    });
  } catch {
    return ownHub(watch, hear); // where storage is forbidden some browsers throw
  }
  let used: PagePort = {
    postMessage: (message) => worker.port.postMessage(message),
    end: () => worker.port.close(),
  };
  worker.onerror = () => {
    used.end();
    used = ownHub(watch, hear);
    join(used);
  };
  worker.port.onmessage = (event: MessageEvent<ToPage>) => hear(event.data);
  return {
    postMessage: (message) => used.postMessage(message),
    end: () => {
      worker.onerror = null; // nobody is there any more for whom another would begin
      used.end();
    },
  };
}

function ownHub(watch: Watch, hear: (message: ToPage) => void): PagePort {
  const hub = new LiveHub(watch);
  const port: Port<FromPage, ToPage> = { postMessage: hear, onmessage: null };
  return { postMessage: (message) => hub.hear(port, message), end: () => hub.close() };
}

function isVisible(): boolean {
  return document.visibilityState === 'visible';
}

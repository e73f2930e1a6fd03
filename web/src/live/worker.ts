/**
 * The shared worker: one stream for all pages of a browser that watch the same. A browser opens six
 * connections to a server; with a stream a page the seventh would never load.
 */
import { LiveHub } from './hub.ts';
import type { FromPage, Port, ToPage } from './messages.ts';

const hubs = new Map<string, LiveHub>();

function hubOf(message: FromPage): LiveHub | null {
  if (message.kind !== 'join') return null;
  const key = JSON.stringify(message.watch);
  for (const [other, hub] of hubs) {
    if (!hub.isEmpty() || other === key) continue;
    hub.close();
    hubs.delete(other);
  }
  const hub = hubs.get(key) ?? new LiveHub(message.watch);
  hubs.set(key, hub);
  return hub;
}

function welcome(port: Port<FromPage, ToPage>): void {
  let hub: LiveHub | null = null;
  port.onmessage = ({ data }) => {
    const joined = hubOf(data);
    if (joined !== null && joined !== hub) hub?.hear(port, { kind: 'leave' });
    hub = joined ?? hub;
    hub?.hear(port, data);
  };
}

addEventListener('connect', (event) => {
  for (const port of (event as MessageEvent).ports) welcome(port as Port<FromPage, ToPage>);
});

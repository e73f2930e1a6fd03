/**
 * Of the events that the server makes at once the last alone has an id. Each gets it here, so that
 * a page which has read a snapshot knows what it has already. Marks (`focus`) and `hello` have no
 * id, and are told at once; others wait for theirs, which may come with the next bytes.
 */
import type { StreamEvent } from './events.ts';

export class IdJoiner {
  private waiting: StreamEvent[] = [];

  join(events: readonly StreamEvent[]): StreamEvent[] {
    const ready: StreamEvent[] = [];
    for (const event of events) {
      if (event.id !== '') {
        for (const earlier of this.waiting) ready.push({ ...earlier, id: event.id });
        this.waiting = [];
        ready.push(event);
      } else if (standsAlone(event)) {
        ready.push(event);
      } else {
        this.waiting.push(event);
      }
    }
    return ready;
  }
}

function standsAlone(event: StreamEvent): boolean {
  return event.name === '' || event.name === 'hello' || event.data.includes('"focus":');
}

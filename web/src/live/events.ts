/**
 * Reads text/event-stream (HTML Living Standard, 9.2.6): lines, and an empty one behind each event.
 * Comments carry the server's time here, and are told, too.
 */
export interface StreamEvent {
  /** "" is a comment. */
  name: string;
  id: string;
  data: string;
}

/** A line that goes on for longer than this is no stream of ours. */
const LINE_CHARS_MAX = 64 * 1024 * 1024;

export class EventReader {
  private rest = '';
  private name = '';
  private id = '';
  private data: string[] = [];

  /** The events that `text` completes. */
  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > LINE_CHARS_MAX) throw new Error('line too long');
    for (const line of lines) this.takeLine(line.endsWith('\r') ? line.slice(0, -1) : line, events);
    return events;
  }

  private takeLine(line: string, events: StreamEvent[]): void {
    if (line === '') {
      this.endEvent(events);
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const after = colon < 0 ? '' : line.slice(colon + 1);
    const value = after.startsWith(' ') ? after.slice(1) : after;
    if (field === '') events.push({ name: '', id: '', data: value });
    else if (field === 'event') this.name = value;
    else if (field === 'id') this.id = value;
    else if (field === 'data') this.data.push(value);
  }

  private endEvent(events: StreamEvent[]): void {
    if (this.data.length > 0) {
      events.push({ name: this.name || 'message', id: this.id, data: this.data.join('\n') });
    }
    this.name = '';
    this.id = '';
    this.data = [];
  }
}

/** Times in the zone of the enterprise, never in that of the browser. */
interface Formats {
  time: Intl.DateTimeFormat;
  parts: Intl.DateTimeFormat;
}

const made = new Map<string, Formats>();

function formatsOf(zone: string): Formats {
  const known = made.get(zone);
  if (known) return known;
  const formats = make(zone);
  made.set(zone, formats);
  return formats;
}

/** A zone that the browser does not know is told as UTC. */
function make(zone: string): Formats {
  const timeZone = isZone(zone) ? zone : 'UTC';
  const clock = {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  } as const;
  const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return {
    time: new Intl.DateTimeFormat('en-GB', { timeZone, ...clock }),
    parts: new Intl.DateTimeFormat('en-CA', { timeZone, ...day, ...clock }),
  };
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** HH:mm:ss of epoch seconds. */
export function timeIn(zone: string, epochS: number): string {
  return formatsOf(zone).time.format(epochS * 1000);
}

/** yyyy-MM-dd HH:mm:ss. */
export function dateTimeIn(zone: string, epochS: number): string {
  const parts = new Map(
    formatsOf(zone)
      .parts.formatToParts(epochS * 1000)
      .map((part) => [part.type, part.value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const date = `${of('year')}-${of('month')}-${of('day')}`;
  return `${date} ${of('hour')}:${of('minute')}:${of('second')}`;
}

/** What is known of trackers (devices.json, which tools/make_devices.py makes of their rows). */
import made from './devices.json';

export interface Setup {
  models: string;
  texts: string[];
  note: string;
  /** The document that the texts are of; '': they are commonly told. */
  source: string;
}

export interface Protocol {
  name: string;
  about: string;
  udp: boolean;
  clockMinutes: number;
  reports: string[];
  alarms: string[];
  accepts: string[];
  setups: Setup[];
}

export interface Profile {
  name: string;
  models: string[];
  sms: boolean;
  texts: Record<string, string>;
}

export const { protocols, profiles } = made as unknown as {
  protocols: Protocol[];
  profiles: Profile[];
};

function textOf({ name, about, setups }: Protocol): string {
  return [name, about, ...setups.map(({ models }) => models)].join(' ').toLowerCase();
}

/** Those of which the name, the makers or the models have all words. */
export function findProtocols(query: string): Protocol[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return protocols.filter((protocol) => words.every((word) => textOf(protocol).includes(word)));
}

/** A text with what is known in place of {host}, {port}, {apn} and {id}. */
export function filledIn(text: string, values: Record<string, string>): string {
  return text.replace(/\{(host|port|apn|id)\}/g, (whole, name: string) => values[name] || whole);
}

export function zoneText(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes > 0 ? '+' : '-'}${hours}:${String(rest).padStart(2, '0')}`;
}

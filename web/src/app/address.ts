/**
 * What the address says of the page, so that a copied address shows a colleague the same. It never
 * holds a key: one that a page came with is taken out before anything else is asked for.
 */
export const PAGES = ['online', 'map', 'history', 'reports', 'login'] as const;
/** The settings have no number: `fun` of another one is the map. */
export type PageName = (typeof PAGES)[number] | 'settings';

export interface Address {
  page: PageName;
  /** Narrowed to these devices, by DeviceID (type "0") or plate ("1"); "": to none. */
  ids: string;
  type: string;
  /** DeviceID of the selected one. */
  sel: string;
  /** States between commas, as state.ts names them. */
  f: string;
  q: string;
  /** GroupID; "": all. */
  g: string;
  /** Column, with "-" before it where it falls. */
  sort: string;
  /** Of the drawer. */
  tab: string;
  /** HoldID of the enterprise that is acted in; "": the own, of root the last one. */
  hold: string;
  /** "1": with the devices of the enterprises below it. */
  below: string;
  /** What the map shows: zoom/lat/lon. */
  v: string;
  /** Of the history: first and last day (yyyy-MM-dd), the instant it stands at (epoch seconds), */
  from: string;
  to: string;
  t: string;
  /** and the DeviceIDs beside the selected one, between commas. */
  also: string;
  /** "1": shown as a wall. */
  kiosk: string;
  /** "light", "dark", "en", "zh": for this page alone, whatever was chosen. */
  theme: string;
  lang: string;
  /** Of the map: the geofences beside it: 'list', 'new', 'import', or the PolygonID of one. */
  fence: string;
  /** Of the settings: the section, "": none is chosen yet; */
  set: string;
  /** and what of it is open: its ID, or one of the words below. */
  item: string;
  /** Of reports: which one, of which vehicles, of which period ("": see reports/asked.ts), */
  kind: string;
  of: string;
  per: string;
  /** and what else it is asked for by. */
  opt: string;
}

/** In the place of an ID, which never begins so: one that is being added. */
export const NEW = '+';
/** Many that are being added, from a file. */
export const FROM_FILE = '+file';
/** Of reports, in the place of vehicles: all that there are. */
export const ALL = '*';

const PLAIN = [
  ...(['ids', 'type', 'sel', 'f', 'q', 'g', 'sort', 'tab', 'hold', 'below', 'v'] as const),
  ...(['from', 'to', 't', 'also', 'fence', 'kiosk', 'theme', 'lang'] as const),
  ...(['kind', 'of', 'per', 'opt'] as const),
] as const;

/** Told on their page alone. */
const OF_SETTINGS = ['set', 'item'] as const;

/** Where the address names none. */
export const PAGE_USUAL: PageName = 'map';
/** Those that there are; an address of another one is kept, and shows the usual one. */
export const PAGES_BUILT: readonly PageName[] = ['online', 'map', 'history', 'reports', 'settings'];

/** `search` is the query of a URL. An unknown page is the usual one. */
export function readAddress(search: string): Address {
  const asked = new URLSearchParams(search);
  const numbered = PAGES[Number(asked.get('fun')) - 1] ?? PAGE_USUAL;
  const page = asked.has('set') ? 'settings' : numbered;
  const address = { page } as Address;
  for (const name of [...PLAIN, ...OF_SETTINGS]) address[name] = asked.get(name) ?? '';
  return address;
}

/** What need not be escaped reads better. */
function plain(query: string): string {
  return query.replaceAll('%2C', ',').replaceAll('%2F', '/');
}

/** The query again, without what is as it is unless said. */
export function writeAddress(address: Address): string {
  const said = new URLSearchParams();
  const number = (PAGES as readonly PageName[]).indexOf(address.page) + 1;
  if (number > 0 && address.page !== PAGE_USUAL) said.set('fun', String(number));
  for (const name of PLAIN) if (address[name] !== '') said.set(name, address[name]);
  if (address.page === 'settings') {
    said.set('set', address.set);
    if (address.item !== '') said.set('item', address.item);
  }
  const query = plain(said.toString());
  return query === '' ? '' : `?${query}`;
}

/** The key that a page came with, and its query without it. */
export function takeKey(search: string): { key: string; rest: string } {
  const asked = new URLSearchParams(search);
  let key = '';
  for (const name of [...asked.keys()]) {
    if (name.toLowerCase() !== 'key') continue;
    key ||= asked.get(name) ?? '';
    asked.delete(name);
  }
  const rest = asked.toString();
  return { key, rest: rest === '' ? '' : `?${plain(rest)}` };
}

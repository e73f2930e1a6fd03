/**
 * What the search offers: vehicles and groups at once, from what the page has; behind them the
 * geofences and places that the server knows by that name, and coordinates, where there is a map.
 */
import { computed, effect, signal, untracked } from '@preact/signals';
import { language } from '../i18n/choice.ts';
import { boundsOf, middleOf } from '../store/bounds.ts';
import { type Coordinates, readCoordinates } from '../store/coordinates.ts';
import { findHits, type Hit } from '../store/search.ts';
import type { Data, Row } from './api.ts';
import { recent, select } from './device.ts';
import { withBelow } from './enterprises.ts';
import { fleet, groups } from './fleet.ts';
import { hasHistory, openHistory } from './history.ts';
import { address, adjust } from './navigation.ts';
import { pageShown } from './page.ts';
import { call, me, phase } from './session.ts';
import { goTo, mapIsThere, type Target } from './target.ts';

type Fence = Row<'manage/ListGeofences'>;
type Place = Data<'manage/FindPlaces'>[number];

export type Offer =
  | Hit
  | { kind: 'point'; at: Coordinates }
  | { kind: 'fence'; fence: Fence }
  | { kind: 'place'; place: Place; where: string };

const OFFERS_MAX = 8;
/** Of vehicles and groups, where more may come: what comes later moves nothing. */
const OWN_MAX = 5;
const FENCES_MAX = 3;
const ASK_MS = 250;
const LETTERS_MIN = 2;

interface Found {
  text: string;
  fences: Fence[];
  places: Place[];
  /** In which province and country each place is, as far as it is known yet. */
  wheres: string[];
}

const NOTHING: Found = { text: '', fences: [], places: [], wheres: [] };
/** What the server found, and for which text. */
const found = signal(NOTHING);
/** The field has the focus. */
export const searchIsOpen = signal(false);

let timer = 0;

function recentHits(): Hit[] {
  return recent.value
    .map((id) => fleet.slotOfId(id))
    .filter((slot) => slot >= 0)
    .map((slot) => ({ kind: 'vehicle', slot, where: '' }));
}

/** For the text of the field, best first. */
export function offersOf(text: string): Offer[] {
  const word = text.trim();
  if (word === '') return recentHits();
  if (!mapIsThere()) return findHits(fleet, groups.value, word, OFFERS_MAX);
  const own: Offer[] = findHits(fleet, groups.value, word, OWN_MAX);
  const at = readCoordinates(word);
  const point: Offer[] = at ? [{ kind: 'point', at }] : [];
  const { fences, places, wheres } = found.value.text === word ? found.value : NOTHING;
  return [
    ...own,
    ...point,
    ...fences.map((fence): Offer => ({ kind: 'fence', fence })),
    ...places.map((place, n): Offer => ({ kind: 'place', place, where: wheres[n] ?? '' })),
  ].slice(0, OFFERS_MAX);
}

async function ask(word: string): Promise<void> {
  const key = { Key: word };
  const { value: asked } = language;
  const [fences, places] = await Promise.all([
    call('manage/ListGeofences', {
      ...key,
      ...withBelow(),
      Geometry: 'simplified',
      PageIndex: 1,
      PageSize: FENCES_MAX,
    }).catch(() => null),
    call('manage/FindPlaces', { ...key, Language: asked }).catch(() => null),
  ]);
  if (address.value.q.trim() !== word || language.value !== asked) return;
  const now = {
    text: word,
    fences: fences?.data ?? [],
    places: (places ?? []).slice(0, OFFERS_MAX),
  };
  found.value = { ...now, wheres: [] };
  const wheres = await wheresOf(now.places);
  if (found.value.text === word) found.value = { ...now, wheres };
}

/** There are many places of one name: what stands behind it tells them apart. */
async function wheresOf(places: Place[]): Promise<string[]> {
  if (places.length === 0) return [];
  const points = places.map(({ Lon, Lat }) => [Lon, Lat]);
  const fields = { Points: points, Language: language.value };
  const names = await call('manage/GetPlaces', fields).catch(() => []);
  return names.map((name, at) => behindName(name ?? '', places[at]?.Name ?? ''));
}

/** "Potsdam, Brandenburg, Germany" of Potsdam: Brandenburg, Germany. */
function behindName(whole: string, name: string): string {
  if (whole === name) return '';
  return whole.startsWith(`${name}, `) ? whole.slice(name.length + 2) : whole;
}

function askSoon(word: string): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void ask(word), ASK_MS);
}

/** One word in Chinese may be a letter. */
function isLongEnough(word: string): boolean {
  return word.length >= LETTERS_MIN || /\p{Script=Han}/u.test(word);
}

/** Asks the server while somebody types. */
export function followSearch(): void {
  effect(() => {
    const word = address.value.q.trim();
    const isAsked = searchIsOpen.value && phase.value === 'in' && mapIsThere();
    language.value;
    if (isAsked && isLongEnough(word) && readCoordinates(word) === null) {
      untracked(() => askSoon(word));
    }
  });
  const whose = computed(() => (phase.value === 'in' ? me.value?.HoldID : 0));
  effect(() => {
    whose.value;
    found.value = NOTHING;
  });
}

function goToOffer(offer: Exclude<Offer, Hit>): void {
  let wanted: Target | null;
  if (offer.kind === 'point') {
    wanted = { ...offer.at, kind: 'point', name: pointText(offer.at) };
  } else if (offer.kind === 'place') {
    const { Lon, Lat, Name } = offer.place;
    wanted = { lon: Lon, lat: Lat, kind: 'place', name: Name };
  } else {
    const { RegionName: name, ...shape } = offer.fence;
    const bounds = boundsOf(shape);
    wanted = bounds && { ...middleOf(bounds), bounds, kind: 'fence', name };
  }
  adjust({ q: '' });
  if (wanted !== null) goTo(wanted);
}

/** Latitude first, as all coordinates are shown. */
export function pointText({ lat, lon }: Coordinates): string {
  return `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
}

/** On the map monitor: other pages show it in their own way, and there may be no place to go to. */
function goToVehicle(slot: number): void {
  const lon = (fleet.numbers.x[slot] as number) / 1e6;
  const lat = (fleet.numbers.y[slot] as number) / 1e6;
  if (pageShown.value !== 'map' || Number.isNaN(lon) || Number.isNaN(lat)) return;
  goTo({ lon, lat, kind: 'vehicle', name: fleet.texts.plate[slot] ?? '' });
}

/** What Enter or a click does; `asksHistory`: the vehicle's history instead of its drawer. */
export function choose(offer: Offer, asksHistory: boolean): void {
  if (offer.kind === 'group') adjust({ g: String(offer.group), q: '' });
  else if (offer.kind !== 'vehicle') goToOffer(offer);
  else {
    select(offer.slot);
    if (asksHistory && hasHistory()) openHistory(fleet.texts.id[offer.slot] ?? '');
    else goToVehicle(offer.slot);
  }
}

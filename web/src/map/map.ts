/**
 * The one map of all pages. It stands in the shell beside the page (parts/map_stage.tsx), is made
 * when the first page with a map is shown, and stays with what is on it until the logout.
 *
 * A page puts something on it so:
 *
 *     useEffect(() => addOverlay('trace', {
 *       add(ground) {                      // again for each style: theme, language, lost context
 *         ground.source('trace', { type: 'geojson', data: line() });
 *         ground.layer({ id: 'trace', type: 'line', source: 'trace' }, 'lines');
 *         drawn = ground;                  // to change it later: drawn?.setData('trace', line())
 *       },
 *       drop() { drawn = null; },
 *     }), []);                             // the answer takes it off
 *
 * Coordinates that trackers told go through toBase(lon, lat) of base.ts, and those of a click come
 * back through fromBase(). Colours come from tokenColour('--name'): canvases know no style sheets.
 * `mapReady` is the map itself while a style stands, else null. Panels over the map say how much
 * of it they cover by pad(); fitBounds(), goTo() and isHidden() keep to what is left.
 */
import { effect, signal, untracked } from '@preact/signals';
import type { MapLibreMap, MapMouseEvent, StyleSpecification } from 'maplibre-gl';
import { isUntold } from '../app/navigation.ts';
import { mapIsImpossible } from '../app/page.ts';
import { isDarkNow } from '../app/settings.ts';
import { baseKey, blankStyle, loadBase, tokenFor } from './base.ts';
import { styleIsGone, styleIsThere } from './overlays.ts';
import { readView, viewOf } from './place.ts';
import { type Blanked, withoutSea } from './sea.ts';

export { addOverlay } from './overlays.ts';

/** The map, while a style stands on which overlays are. */
export const mapReady = signal<MapLibreMap | null>(null);

/** Somebody draws: the pointer is theirs, and what lies under it does not answer. */
export const isDrawnOn = signal(false);

export interface MapClick {
  /** On the base map; fromBase() makes WGS-84 of it. */
  lon: number;
  lat: number;
  x: number;
  y: number;
  isRight: boolean;
  event: MouseEvent;
}
/** Whether the click was its own: no other handler hears of it. */
export type ClickHandler = (click: MapClick) => boolean;

const LOCAL_FONTS = '"Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

/** So long the map waits for its style: beginning anew with it costs more. */
const STYLE_MS = 200;

const element = document.createElement('div');
element.className = 'map';
let map: MapLibreMap | null = null;
let isOpening = false;
let prepared: Base | null = null;
let turn = 0;
let stopFollowing: (() => void) | null = null;
const clickHandlers: ClickHandler[] = [];
const watcher = new ResizeObserver(() => {
  if (element.clientWidth > 0 && element.clientHeight > 0) map?.resize();
});

/** Who was asked last is asked first; the answer takes it away. */
export function onMapClick(handler: ClickHandler): () => void {
  clickHandlers.unshift(handler);
  return () => {
    const at = clickHandlers.indexOf(handler);
    if (at >= 0) clickHandlers.splice(at, 1);
  };
}

function tellClick(event: MapMouseEvent): void {
  const click: MapClick = {
    lon: event.lngLat.wrap().lng,
    lat: event.lngLat.lat,
    x: event.point.x,
    y: event.point.y,
    isRight: event.type === 'contextmenu',
    event: event.originalEvent,
  };
  clickHandlers.some((handler) => handler(click));
}

/** Puts the map into `host`, and makes it first where there is none. */
export function showMap(host: HTMLElement): void {
  host.append(element);
  if (map === null && !isOpening) void open();
}

/** The style of the map that is about to be shown; it need not wait for the host. */
export function prepareMap(): void {
  if (map === null && !isOpening) prepared = askBase();
}

/** The map begins with its style where that is there about as soon as the library. */
async function open(): Promise<void> {
  isOpening = true;
  const asked = ++turn;
  const base = prepared?.key === baseKey.peek() ? prepared : askBase();
  prepared = null;
  try {
    const { MapLibre } = await import('./engine.ts');
    const late = new Promise<null>((done) => setTimeout(() => done(null), STYLE_MS));
    const style = await Promise.race([base.style, late]);
    if (asked === turn) {
      const blanked = style && withoutSea(style);
      begin(new MapLibre(options(blanked?.style ?? blankStyle())), base, blanked);
    }
  } catch {
    mapIsImpossible.value = true; // no WebGL2, or a file that does not come
  }
  if (asked === turn) isOpening = false;
}

function options(style: StyleSpecification) {
  return {
    container: element,
    style,
    ...readView(),
    attributionControl: false as const,
    dragRotate: false,
    touchPitch: false,
    pitchWithRotate: false,
    maxPitch: 0,
    maxZoom: 20,
    fadeDuration: 0,
    trackResize: false,
    localIdeographFontFamily: LOCAL_FONTS,
    transformRequest: (url: string) => {
      const token = tokenFor(url);
      return token === '' ? { url } : { url, headers: { Authorization: token } };
    },
  };
}

function begin(made: MapLibreMap, base: Base, blanked: Blanked | null): void {
  map = made;
  hasBase = blanked !== null;
  const first = ++styleTurn;
  blanked?.fillIn(made, () => first === styleTurn && map === made);
  made.touchZoomRotate.disableRotation();
  made.keyboard.disableRotation();
  made.on('style.load', () => {
    styleIsThere(made, isDarkNow());
    mapReady.value = made;
    element.dataset['base'] = hasBase ? 'there' : 'blank';
  });
  made.on('webglcontextlost', lose);
  made.on('webglcontextrestored', () => void restyle(askBase()));
  made.on('click', tellClick);
  made.on('contextmenu', tellClick);
  made.on('error', () => undefined); // a tile that does not come leaves the ground blank
  made.on('render', () => tellIdle(false));
  made.on('idle', () => tellIdle(true));
  watcher.observe(element);
  let known: Base | null = base;
  stopFollowing = effect(() => {
    const asked = known?.key === baseKey.value ? known : null;
    known = null;
    if (asked === null || !hasBase) untracked(() => void restyle(asked ?? askBase()));
  });
}

/** Whether nothing on it moves, loads or is about to: for tests, which wait for it. */
function tellIdle(isIdle: boolean): void {
  const text = String(isIdle);
  if (element.dataset['idle'] !== text) element.dataset['idle'] = text;
}

/** Whether the address says where the map looks: it follows a moment later. Also for tests. */
effect(() => {
  element.dataset['told'] = String(!isUntold.value);
});

function lose(): void {
  mapReady.value = null;
  styleIsGone();
}

let styleTurn = 0;
/** The style that is loaded is that of the base map, not what there is until it came. */
let hasBase = false;

/** A style that is on its way, and by what it was asked for. */
interface Base {
  key: string;
  style: Promise<StyleSpecification>;
}

function askBase(): Base {
  return { key: baseKey.peek(), style: untracked(loadBase) };
}

/** The base map as it is wanted now, and all overlays on it again. */
async function restyle(base: Base): Promise<void> {
  const asked = ++styleTurn;
  const style = await base.style;
  if (map === null || asked !== styleTurn) return;
  lose();
  tellIdle(false);
  hasBase = true;
  const blanked = withoutSea(style);
  const shown = map;
  map.setStyle(blanked.style, { diff: false });
  blanked.fillIn(shown, () => asked === styleTurn && map === shown);
}

/** Ends the map, at the logout: the next account begins with its own. */
export function closeMap(): void {
  turn++;
  isOpening = false;
  prepared = null;
  styleTurn++;
  stopFollowing?.();
  watcher.disconnect();
  lose();
  map?.remove();
  map = null;
  hasBase = false;
  element.remove();
}

/** What the address says of the view of the map: zoom/lat/lon; '' without a map. */
export function viewNow(): string {
  return map === null ? '' : viewOf(map);
}

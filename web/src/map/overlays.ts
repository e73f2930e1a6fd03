/** The overlays that pages put on the map: kept here, and put anew on each style that is loaded. */
import type { MapLibreMap } from 'maplibre-gl';
import { addSlots, Ground } from './ground.ts';

export interface Overlay {
  /**
   * Adds sources and layers with what they show now. It is called again for each new style: another
   * theme or language, a graphics context that was lost. Nothing of before is there then.
   */
  add(ground: Ground): void;
  /** The ground it had is gone; what it holds of it is of no use. */
  drop?(): void;
}

const overlays = new Map<string, Overlay>();
const grounds = new Map<string, Ground>();
let styled: { map: MapLibreMap; isDark: boolean } | null = null;

function put(id: string, overlay: Overlay): void {
  if (styled === null) return;
  const ground = new Ground(styled.map, styled.isDark);
  grounds.set(id, ground);
  overlay.add(ground);
}

/** Puts an overlay on the map, now or as soon as there is one; the answer takes it off. */
export function addOverlay(id: string, overlay: Overlay): () => void {
  if (overlays.has(id)) throw new Error(`overlay ${id} is there already`);
  overlays.set(id, overlay);
  put(id, overlay);
  return () => {
    if (overlays.get(id) !== overlay) return;
    overlays.delete(id);
    if (styled !== null) grounds.get(id)?.clear();
    grounds.delete(id);
    overlay.drop?.();
  };
}

/** A style stands: all overlays go on it. */
export function styleIsThere(map: MapLibreMap, isDark: boolean): void {
  styled = { map, isDark };
  addSlots(map);
  for (const [id, overlay] of overlays) put(id, overlay);
}

/** The style is replaced or lost, and with it what was on it. */
export function styleIsGone(): void {
  styled = null;
  for (const [id, overlay] of overlays) if (grounds.delete(id)) overlay.drop?.();
}

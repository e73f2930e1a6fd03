/**
 * The ground of a base map is its sea, and tiles bring the land: before the first ones are there,
 * all would be sea. Until then the ground is one of no meaning.
 */
import type { MapLibreMap, MapSourceDataEvent, StyleSpecification } from 'maplibre-gl';
import { tokenColour } from './colours.ts';

type Ground = Extract<StyleSpecification['layers'][number], { type: 'background' }>;

export interface Blanked {
  style: StyleSpecification;
  /** Gives the ground its colour once tiles are there, if the style is still `isWanted` then. */
  fillIn(map: MapLibreMap, isWanted: () => boolean): void;
}

/** The style with a blank ground. */
export function withoutSea(style: StyleSpecification): Blanked {
  const ground = style.layers.find((layer): layer is Ground => layer.type === 'background');
  const colour = ground?.paint?.['background-color'];
  if (!ground || colour === undefined) return { style, fillIn: () => undefined };
  const paint = { ...ground.paint, 'background-color': tokenColour('--map-ground') };
  const layers = style.layers.map((layer) => (layer === ground ? { ...ground, paint } : layer));
  return {
    style: { ...style, layers },
    fillIn: (map, isWanted) =>
      whenTilesAreThere(map, () => {
        if (isWanted()) map.setPaintProperty(ground.id, 'background-color', colour);
      }),
  };
}

/** A map on which vehicles move is not idle for long; a style without tiles brings none. */
function whenTilesAreThere(map: MapLibreMap, act: () => void): void {
  const end = () => {
    map.off('sourcedata', look);
    map.off('idle', end);
    act();
  };
  const look = (event: MapSourceDataEvent) => {
    if (event.tile && map.areTilesLoaded()) end();
  };
  map.on('sourcedata', look);
  map.on('idle', end);
}

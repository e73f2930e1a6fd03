/** Puts the sources and layers of an overlay on the style that is shown, in a fixed order. */
import type {
  CustomLayerInterface,
  GeoJSONSource,
  LayerSpecification,
  MapLibreMap,
  SourceSpecification,
} from 'maplibre-gl';

/** From below to above; what is added to one is below all that is added to the next. */
export const SLOTS = ['areas', 'lines', 'points', 'vehicles', 'labels'] as const;
export type Slot = (typeof SLOTS)[number];

const anchorOf = (slot: Slot) => `slot-${slot}`;

/** Layers that draw nothing, below which those of a slot stand. */
export function addSlots(map: MapLibreMap): void {
  for (const slot of SLOTS) {
    const id = anchorOf(slot);
    if (map.getLayer(id)) continue;
    map.addLayer({ id, type: 'background', layout: { visibility: 'none' } });
  }
}

export class Ground {
  readonly map: MapLibreMap;
  readonly isDark: boolean;
  private readonly layers: string[] = [];
  private readonly sources: string[] = [];

  constructor(map: MapLibreMap, isDark: boolean) {
    this.map = map;
    this.isDark = isDark;
  }

  source(id: string, source: SourceSpecification): void {
    if (!this.map.getSource(id)) this.map.addSource(id, source);
    this.sources.push(id);
  }

  layer(layer: LayerSpecification | CustomLayerInterface, slot: Slot): void {
    if (!this.map.getLayer(layer.id)) {
      this.map.addLayer(layer as LayerSpecification, anchorOf(slot));
    }
    this.layers.push(layer.id);
  }

  /** Other data of a source of this overlay. */
  setData(id: string, data: GeoJSON.GeoJSON): void {
    (this.map.getSource(id) as GeoJSONSource | undefined)?.setData(data);
  }

  /** Takes all off again. */
  clear(): void {
    for (const id of this.layers) if (this.map.getLayer(id)) this.map.removeLayer(id);
    for (const id of this.sources) if (this.map.getSource(id)) this.map.removeSource(id);
    this.layers.length = 0;
    this.sources.length = 0;
  }
}

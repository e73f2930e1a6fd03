/** KML: read by togeojson, which makes GeoJSON of its placemarks; written as OGC 2.2 says. */
import { kml } from '@tmcw/togeojson';
import { geometryOf, propertiesOf, type Sketch } from './features.ts';
import type { Point } from './shape.ts';

/** A placemark without a shape stays, so that it is told of; null: there is none. */
export function featuresOfKml(document: Document): GeoJSON.FeatureCollection | null {
  const root = document.documentElement?.localName;
  if (root !== 'kml' && root !== 'Document') return null;
  return kml(document, { skipNullGeometry: false }) as GeoJSON.FeatureCollection;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] as string);
}

function coordinates(points: readonly Point[]): string {
  const text = points.map((point) => point.join(',')).join(' ');
  return `<coordinates>${text}</coordinates>`;
}

function geometry(sketch: Sketch): string {
  const shape = geometryOf(sketch.shape);
  if (shape.type === 'LineString') {
    const line = coordinates(shape.coordinates as Point[]);
    return `<LineString><tessellate>1</tessellate>${line}</LineString>`;
  }
  const rings = shape.coordinates.map((ring, at) => {
    const boundary = at === 0 ? 'outerBoundaryIs' : 'innerBoundaryIs';
    return `<${boundary}><LinearRing>${coordinates(ring as Point[])}</LinearRing></${boundary}>`;
  });
  return `<Polygon>${rings.join('')}</Polygon>`;
}

function placemark(sketch: Sketch): string {
  const { name: _name, ...rest } = propertiesOf(sketch);
  const data = Object.entries(rest).map(
    ([name, value]) => `<Data name="${name}"><value>${escaped(String(value))}</value></Data>`,
  );
  const extended = `<ExtendedData>${data.join('')}</ExtendedData>`;
  return `<Placemark><name>${escaped(sketch.name)}</name>${extended}${geometry(sketch)}</Placemark>`;
}

export function writeKml(sketches: readonly Sketch[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
    ...sketches.map(placemark),
    '</Document></kml>\n',
  ].join('\n');
}

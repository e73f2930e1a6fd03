/**
 * What is wrong with a shape, and at which point, while it is drawn: what the server would refuse
 * (src/geo/shape.h), in its order. Long shapes are left to the server, which is quicker.
 */
import { POINTS_MAX, type Point, RADIUS_MAX_M, type Shape } from './shape.ts';

export type FaultKind = 'few' | 'many' | 'radius' | 'coordinate' | 'crossed' | 'meet';

export interface ShapeFault {
  kind: FaultKind;
  /** 0: the border or the line; from 1 on: the holes. */
  ring: number;
  point: number;
}

const NEEDED = { circle: 1, polygon: 3, corridor: 2 } as const;
/** Each line is held against each other one. */
const COMPARED_MAX = 1000;

function isOnEarth([lon, lat]: Point): boolean {
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
}

function isSame(a: Point, b: Point): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

interface Edge {
  from: Point;
  to: Point;
  /** Index of the point that it begins at. */
  point: number;
}

/** The lines of a ring or a line, without those that lead nowhere; longitudes go on beyond 180. */
function edgesOf(points: readonly Point[], isRing: boolean): Edge[] {
  const edges: Edge[] = [];
  const count = isRing ? points.length : points.length - 1;
  let from = points[0] as Point;
  for (let point = 0; point < count; point++) {
    const [lon, lat] = points[(point + 1) % points.length] as Point;
    const to: Point = [lon - 360 * Math.round((lon - from[0]) / 360), lat];
    if (!isSame(from, to)) edges.push({ from, to, point });
    from = to;
  }
  return edges;
}

/** On which side of a line a point is: its sign. */
function side({ from, to }: Edge, at: Point): number {
  return Math.sign((to[0] - from[0]) * (at[1] - from[1]) - (to[1] - from[1]) * (at[0] - from[0]));
}

function doOverlap(a: number, b: number, c: number, d: number): boolean {
  return Math.min(a, b) <= Math.max(c, d) && Math.min(c, d) <= Math.max(a, b);
}

function doMeet(a: Edge, b: Edge): boolean {
  const isNear =
    doOverlap(a.from[0], a.to[0], b.from[0], b.to[0]) &&
    doOverlap(a.from[1], a.to[1], b.from[1], b.to[1]);
  return isNear && side(a, b.from) * side(a, b.to) <= 0 && side(b, a.from) * side(b, a.to) <= 0;
}

/** The second runs back over the first. */
function doesTurnBack(a: Edge, b: Edge): boolean {
  const along =
    (a.to[0] - a.from[0]) * (b.to[0] - b.from[0]) + (a.to[1] - a.from[1]) * (b.to[1] - b.from[1]);
  return side(a, b.to) === 0 && along < 0;
}

/** The point from which a ring's line crosses another one of the ring; -1: none does. */
function crossedAt(edges: readonly Edge[]): number {
  for (const [at, edge] of edges.entries()) {
    for (let other = at + 1; other < edges.length; other++) {
      const second = edges[other] as Edge;
      const isNext = other === at + 1;
      const isLast = at === 0 && other === edges.length - 1;
      const meets = isNext
        ? doesTurnBack(edge, second)
        : isLast
          ? doesTurnBack(second, edge)
          : doMeet(edge, second);
      if (meets) return edge.point;
    }
  }
  return -1;
}

function firstMeeting(rings: readonly Edge[][]): ShapeFault | null {
  for (let ring = 1; ring < rings.length; ring++) {
    for (const edge of rings[ring] as Edge[]) {
      const isMet = rings
        .slice(0, ring)
        .some((before) => before.some((each) => doMeet(each, edge)));
      if (isMet) return { kind: 'meet', ring, point: edge.point };
    }
  }
  return null;
}

function checkLines({ kind, points, holes }: Shape): ShapeFault | null {
  const rings = [points, ...holes].map((ring) => edgesOf(ring, kind === 'polygon'));
  for (const [ring, edges] of rings.entries()) {
    if (edges.length < (kind === 'polygon' ? 3 : 1)) return { kind: 'few', ring, point: 0 };
    if (kind !== 'polygon') continue; // a corridor may cross itself
    const point = crossedAt(edges);
    if (point >= 0) return { kind: 'crossed', ring, point };
  }
  return firstMeeting(rings);
}

/** null: nothing is. */
export function checkShape(shape: Shape): ShapeFault | null {
  const { kind, points, holes, radiusM } = shape;
  const rings = [points, ...holes];
  const few = rings.findIndex((ring) => ring.length < NEEDED[kind]);
  if (few >= 0) return { kind: 'few', ring: few, point: 0 };
  const isRound = kind !== 'polygon';
  if (isRound && !(radiusM > 0 && radiusM <= RADIUS_MAX_M)) {
    return { kind: 'radius', ring: 0, point: 0 };
  }
  const count = rings.reduce((sum, ring) => sum + ring.length, 0);
  if (count > POINTS_MAX) return { kind: 'many', ring: 0, point: 0 };
  for (const [ring, its] of rings.entries()) {
    const point = its.findIndex((at) => !isOnEarth(at));
    if (point >= 0) return { kind: 'coordinate', ring, point };
  }
  return kind === 'circle' || count > COMPARED_MAX ? null : checkLines(shape);
}

/**
 * The layer that draws vehicles and clusters, by WebGL: one call for all of them, whatever their
 * number. What is drawn is in `scene`, which others fill; this layer only brings it to the card.
 */
import type { CustomLayerInterface, CustomRenderMethodInput, MapLibreMap } from 'maplibre-gl';
import { STATE_NAMES } from '../store/state.ts';
import { drawAtlas, EXTENTS } from './atlas.ts';
import { clusterQuads, RING_STATES } from './cluster_quads.ts';
import type { Clusters } from './clusters.ts';
import { tokenNumbers } from './colours.ts';
import { Drawn } from './drawn.ts';
import { Quads } from './gl.ts';
import { drawGlyphs, GLYPH_SIZE } from './glyphs.ts';
import { Instances, QUAD_FLOATS } from './instances.ts';
import { mercatorX, mercatorY } from './mercator.ts';
import * as shaders from './shaders.ts';

/** What there is to draw. */
export class Scene {
  readonly instances = new Instances();
  readonly drawn = new Drawn();
  clusters: Clusters | null = null;
  /** Of all vehicles: 1, or less where they are old or beside the point. */
  fade = 1;
  /** Something moves until then, ms. */
  untilMs = 0;
  /** It changed since it was brought to the card. */
  isNew = true;
}

const SMALL_BELOW_ZOOM = 7;
const SMALL = 18 / 22;

/** `matrix` behind a shift to x, y: the cancelling is done here, in double precision. */
function shifted(matrix: ArrayLike<number>, x: number, y: number): Float32Array {
  const view = Float32Array.from(matrix);
  for (let row = 0; row < 4; row++) {
    const sum = (matrix[row] as number) * x + (matrix[4 + row] as number) * y;
    view[12 + row] = sum + (matrix[12 + row] as number);
  }
  return view;
}

export class VehicleLayer implements CustomLayerInterface {
  readonly id = 'vehicles';
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;
  private readonly scene: Scene;
  private map: MapLibreMap | null = null;
  private vehicles: Quads | null = null;
  private discs: Quads | null = null;
  private discCount = 0;

  constructor(scene: Scene) {
    this.scene = scene;
  }

  onAdd(map: MapLibreMap, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.vehicles = new Quads(gl, shaders.VEHICLE_VERTEX, shaders.VEHICLE_FRAGMENT, 3);
    this.vehicles.picture(drawAtlas(devicePixelRatio));
    this.discs = new Quads(gl, shaders.CLUSTER_VERTEX, shaders.CLUSTER_FRAGMENT, 3);
    this.discs.picture(drawGlyphs(devicePixelRatio));
    this.setColours(gl);
    this.scene.isNew = true;
  }

  onRemove(): void {
    this.vehicles?.free();
    this.discs?.free();
    this.vehicles = null;
    this.discs = null;
  }

  private setColours(gl: WebGL2RenderingContext): void {
    const { discs } = this;
    if (!discs) return;
    discs.use();
    const colours = RING_STATES.flatMap((state) => tokenNumbers(`--${STATE_NAMES[state]}`));
    gl.uniform4fv(discs.uniform('colours'), new Float32Array(colours));
    gl.uniform4fv(discs.uniform('disc'), tokenNumbers('--s1'));
    gl.uniform4fv(discs.uniform('ink'), tokenNumbers('--t1'));
    gl.uniform2f(discs.uniform('glyph'), GLYPH_SIZE.width, GLYPH_SIZE.height);
    discs.done();
  }

  private upload(): void {
    const { scene } = this;
    scene.isNew = false;
    scene.drawn.take(scene.instances, scene.clusters, scene.fade);
    this.vehicles?.put(scene.instances.data, scene.instances.count * QUAD_FLOATS);
    const quads = scene.clusters ? clusterQuads(scene.clusters) : new Float32Array(0);
    this.discCount = scene.clusters?.count ?? 0;
    this.discs?.put(quads, quads.length);
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const { map, vehicles, discs, scene } = this;
    if (!map || !vehicles || !discs) return;
    if (scene.isNew) this.upload();
    const matrix = input.defaultProjectionData.mainMatrix;
    if (this.discCount > 0) {
      discs.use();
      gl.uniform1f(discs.uniform('ratio'), devicePixelRatio);
      this.drawIn(gl, discs, matrix, this.discCount);
    }
    if (scene.instances.count > 0) {
      const nowMs = performance.now();
      const isSmall = map.getZoom() < SMALL_BELOW_ZOOM;
      vehicles.use();
      gl.uniform1f(vehicles.uniform('now'), nowMs);
      gl.uniform1f(vehicles.uniform('size'), (isSmall ? SMALL : 1) * devicePixelRatio);
      gl.uniform1f(vehicles.uniform('fade'), scene.fade);
      gl.uniform1fv(vehicles.uniform('extents'), EXTENTS);
      this.drawIn(gl, vehicles, matrix, scene.instances.count);
      if (nowMs < scene.untilMs) map.triggerRepaint();
    }
  }

  /** In each copy of the world that is seen. */
  private drawIn(
    gl: WebGL2RenderingContext,
    quads: Quads,
    matrix: ArrayLike<number>,
    count: number,
  ): void {
    const map = this.map as MapLibreMap;
    const { lng, lat } = map.getCenter();
    const x = mercatorX(lng);
    const y = mercatorY(lat);
    const bounds = map.getBounds();
    const first = Math.floor(mercatorX(bounds.getWest()));
    const last = Math.floor(mercatorX(bounds.getEast()));
    gl.uniformMatrix4fv(quads.uniform('view'), false, shifted(matrix, x, y));
    gl.uniform2f(quads.uniform('pixel'), 2 / gl.drawingBufferWidth, 2 / gl.drawingBufferHeight);
    for (let copy = first; copy <= last; copy++) {
      const from = x - copy;
      const high = [Math.fround(from), Math.fround(y)] as const;
      gl.uniform4f(quads.uniform('middle'), high[0], high[1], from - high[0], y - high[1]);
      quads.draw(count);
    }
    quads.done();
  }
}

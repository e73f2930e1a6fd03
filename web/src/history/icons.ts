/** Pictures of stops and alarms for the map, drawn once for a style: shapes, and their numbers. */
import type { MapLibreMap } from 'maplibre-gl';
import { tokenColour } from '../map/colours.ts';

const SIZE = 22;

function canvasOf(width: number, height: number, scale: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement('canvas');
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  context?.scale(scale, scale);
  return context;
}

function add(
  map: MapLibreMap,
  name: string,
  width: number,
  draw: (c: CanvasRenderingContext2D) => void,
) {
  if (map.hasImage(name)) return;
  const scale = Math.max(1, Math.ceil(devicePixelRatio));
  const context = canvasOf(width, SIZE, scale);
  if (!context) return;
  draw(context);
  const image = context.getImageData(0, 0, width * scale, SIZE * scale);
  map.addImage(name, image, { pixelRatio: scale });
}

function fill(context: CanvasRenderingContext2D, path: Path2D, colour: string): void {
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = tokenColour('--casing');
  context.stroke(path);
  context.fillStyle = colour;
  context.fill(path);
}

function write(context: CanvasRenderingContext2D, text: string, width: number): void {
  context.fillStyle = tokenColour('--casing');
  context.font = `600 11px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, width / 2, SIZE / 2 + 0.5);
}

/** A square with the number of a stop; a disc where the engine ran. */
function addNumbered(
  map: MapLibreMap,
  name: string,
  text: string,
  look: { isIdle: boolean; car: string },
): void {
  const { isIdle, car } = look;
  const colour = car === '' ? (isIdle ? '--idle' : '--parked') : `--car-${car}`;
  const width = text.length > 2 ? 30 : SIZE;
  add(map, name, width, (context) => {
    const path = new Path2D();
    if (isIdle) path.roundRect(2, 2, width - 4, SIZE - 4, (SIZE - 4) / 2);
    else path.roundRect(3, 3, width - 6, SIZE - 6, 2);
    fill(context, path, tokenColour(colour));
    write(context, text, width);
  });
}

function addAlarm(map: MapLibreMap, name: string): void {
  add(map, name, SIZE, (context) => {
    fill(context, new Path2D('M11 2.5 20.5 19.5H1.5Z'), tokenColour('--alarm'));
    context.fillStyle = tokenColour('--casing');
    context.fill(new Path2D('M10.1 8.5h1.8v5.4h-1.8zM10.1 15.2h1.8v1.8h-1.8z'));
  });
}

/** Where a line goes, drawn along it. */
function addArrow(map: MapLibreMap, name: string): void {
  add(map, name, SIZE, (context) => {
    const path = new Path2D('M9 6.5 13.5 11 9 15.5');
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.lineWidth = 5;
    context.strokeStyle = tokenColour('--casing');
    context.stroke(path);
    context.lineWidth = 2;
    context.strokeStyle = tokenColour('--t1');
    context.stroke(path);
  });
}

/** Draws a picture by its name, where the map has none of it. */
export function addIcon(map: MapLibreMap, name: string): void {
  const [, kind, number = '', car = ''] =
    /^history-(stop|idle|alarm|arrow)-?(\d*)-?(\d*)$/.exec(name) ?? [];
  if (kind === 'alarm') addAlarm(map, name);
  else if (kind === 'arrow') addArrow(map, name);
  else if (kind !== undefined) addNumbered(map, name, number, { isIdle: kind === 'idle', car });
}

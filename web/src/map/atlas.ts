/**
 * The pictures of the vehicle layer, drawn once for a theme: the shapes of the states with a casing
 * that sets them off from any ground, and what is drawn around them. One row of square cells.
 */
import { SHAPES } from '../app/shapes.ts';
import { ALARM, IDLE, MOVING, OFFLINE, PARKED } from '../store/state.ts';
import { tokenColour } from './colours.ts';

export const ICON = {
  moving: 0,
  idle: 1,
  parked: 2,
  offline: 3,
  alarm: 4,
  /** Around a position that radio cells told. */
  coarse: 5,
  selected: 6,
  followed: 7,
  hovered: 8,
  /** At the side of one whose fix is old. */
  clock: 9,
  /** Before one in alarm that moves. */
  tick: 10,
  pulse: 11,
} as const;
export const ICON_COUNT = 12;

/** Half of what a cell shows, in pixels of the page, by icon. */
const VEHICLE = 14;
const AROUND = 22;
export const EXTENTS = Float32Array.from({ length: ICON_COUNT }, (_, icon) =>
  icon <= ICON.alarm ? VEHICLE : AROUND,
);

export const ICON_OF_STATE = Uint8Array.from({ length: 8 }, (_, state) => {
  const icons: Record<number, number> = {
    [MOVING]: ICON.moving,
    [IDLE]: ICON.idle,
    [PARKED]: ICON.parked,
    [OFFLINE]: ICON.offline,
    [ALARM]: ICON.alarm,
  };
  return icons[state] ?? ICON.offline;
});

const CELL = 48;
const SIZE = 22;
const BOX = 16;
const CASING = 2;

type Pen = CanvasRenderingContext2D;

function drawShape(pen: Pen, state: number, colour: string, casing: string): void {
  const shape = SHAPES[state];
  if (!shape) return;
  pen.scale(SIZE / BOX, SIZE / BOX);
  pen.translate(-BOX / 2, -BOX / 2);
  const body = new Path2D(shape.body);
  pen.lineJoin = 'round';
  pen.lineWidth = (2 * CASING * BOX) / SIZE;
  pen.strokeStyle = casing;
  pen.stroke(body);
  pen.fillStyle = colour;
  pen.fill(body);
  if (!shape.cut) return;
  pen.fillStyle = casing;
  pen.fill(new Path2D(shape.cut));
}

function ring(pen: Pen, radius: number, width: number, colour: string): void {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  pen.lineWidth = width;
  pen.strokeStyle = colour;
  pen.stroke();
}

/** A ring that is seen on any ground. */
function casedRing(pen: Pen, radius: number, width: number, colour: string, casing: string): void {
  ring(pen, radius, width + 2, casing);
  ring(pen, radius, width, colour);
}

function drawClock(pen: Pen, colour: string, casing: string): void {
  pen.translate(9, -9);
  pen.beginPath();
  pen.arc(0, 0, 5.5, 0, 2 * Math.PI);
  pen.fillStyle = casing;
  pen.fill();
  ring(pen, 4.5, 1.5, colour);
  pen.beginPath();
  pen.moveTo(0, -2.5);
  pen.lineTo(0, 0.3);
  pen.lineTo(2, 1.5);
  pen.lineWidth = 1.3;
  pen.stroke();
}

function drawTick(pen: Pen, colour: string, casing: string): void {
  pen.beginPath();
  pen.moveTo(-4, -14);
  pen.lineTo(0, -19.5);
  pen.lineTo(4, -14);
  pen.closePath();
  pen.lineJoin = 'round';
  pen.lineWidth = 2.5;
  pen.strokeStyle = casing;
  pen.stroke();
  pen.fillStyle = colour;
  pen.fill();
}

function drawCoarse(pen: Pen, colour: string): void {
  pen.globalAlpha = 0.25;
  pen.beginPath();
  pen.arc(0, 0, 20, 0, 2 * Math.PI);
  pen.fillStyle = colour;
  pen.fill();
  pen.globalAlpha = 1;
  ring(pen, 20, 1, colour);
}

function drawIcon(pen: Pen, icon: number): void {
  const casing = tokenColour('--s1');
  const accent = tokenColour('--accent');
  const alarm = tokenColour('--alarm');
  const states = [MOVING, IDLE, PARKED, OFFLINE, ALARM];
  const names = ['--moving', '--idle', '--parked', '--offline', '--alarm'];
  if (icon <= ICON.alarm) {
    drawShape(pen, states[icon] as number, tokenColour(names[icon] as string), casing);
  } else if (icon === ICON.coarse) drawCoarse(pen, accent);
  else if (icon === ICON.selected) casedRing(pen, 17, 3, accent, casing);
  else if (icon === ICON.followed) {
    casedRing(pen, 20, 1.5, accent, casing);
    casedRing(pen, 16.5, 1.5, accent, casing);
  } else if (icon === ICON.hovered) casedRing(pen, 16, 1.5, tokenColour('--t1'), casing);
  else if (icon === ICON.clock) drawClock(pen, tokenColour('--t1'), casing);
  else if (icon === ICON.tick) drawTick(pen, alarm, casing);
  else ring(pen, 18, 3, alarm);
}

/** At so many pixels of the screen for one of the page. */
export function drawAtlas(ratio: number): HTMLCanvasElement {
  const cell = CELL * Math.ceil(ratio);
  const canvas = document.createElement('canvas');
  canvas.width = cell * ICON_COUNT;
  canvas.height = cell;
  const pen = canvas.getContext('2d');
  if (pen === null) return canvas;
  for (let icon = 0; icon < ICON_COUNT; icon++) {
    pen.save();
    pen.beginPath();
    pen.rect(cell * icon, 0, cell, cell);
    pen.clip();
    pen.translate(cell * (icon + 0.5), cell / 2);
    const scale = cell / 2 / (EXTENTS[icon] as number);
    pen.scale(scale, scale);
    drawIcon(pen, icon);
    pen.restore();
  }
  return canvas;
}

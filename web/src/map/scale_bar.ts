/** How long a scale bar is: 1, 2 or 5 of a unit, or tens of these. */
const FOOT_M = 0.3048;
const MILE_M = 1609.344;

export interface Bar {
  length: number;
  unit: 'm' | 'km' | 'ft' | 'mi';
  pixels: number;
}

function roundDown(value: number): number {
  const ten = 10 ** Math.floor(Math.log10(value));
  const first = value / ten;
  return ten * (first >= 5 ? 5 : first >= 2 ? 2 : 1);
}

/** The longest one that is not wider than `width` pixels. */
export function barFor(metresAPixel: number, width: number, isImperial: boolean): Bar {
  const metres = metresAPixel * width;
  const [small, large] = isImperial ? [FOOT_M, MILE_M] : [1, 1000];
  const isLarge = metres >= large;
  const unitM = isLarge ? large : small;
  const length = roundDown(metres / unitM);
  const unit = isImperial ? (isLarge ? 'mi' : 'ft') : isLarge ? 'km' : 'm';
  return { length, unit, pixels: Math.round((length * unitM) / metresAPixel) };
}

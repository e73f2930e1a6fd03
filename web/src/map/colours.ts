/** The colours of tokens.css for what is not drawn by style sheets. */

/** A colour by the name of its token, as it is in the theme that is shown. */
export function tokenColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/;

/** An opaque colour as the numbers of WebGL: red, green, blue and 1. */
export function tokenNumbers(name: string): [number, number, number, number] {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen === null) return [0, 0, 0, 1];
  pen.fillStyle = tokenColour(name); // which tells it in one form, however it was written
  const [red = 0, green = 0, blue = 0] = (HEX.exec(pen.fillStyle) ?? [])
    .slice(1)
    .map((part) => Number.parseInt(part, 16) / 255);
  return [red, green, blue, 1];
}

/** Of names on the map, as the base map has them; drawn by the browser, nothing is fetched. */
export const MAP_FONTS = [
  'system-ui',
  'Segoe UI',
  'Roboto',
  'Noto Sans',
  'PingFang SC',
  'Microsoft YaHei',
  'Noto Sans CJK SC',
  'WenQuanYi Micro Hei',
];

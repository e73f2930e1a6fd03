/** The picture of the characters that the numbers of clusters are written with. */
import { GLYPHS } from './shaders.ts';

/** Of a character, pixels of the page. */
export const GLYPH_SIZE = { width: 7.2, height: 16 };
const FONT = '600 12px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';

export function drawGlyphs(ratio: number): HTMLCanvasElement {
  const scale = Math.ceil(ratio) * 2;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(GLYPH_SIZE.width * GLYPHS.length * scale);
  canvas.height = GLYPH_SIZE.height * scale;
  const pen = canvas.getContext('2d');
  if (pen === null) return canvas;
  pen.scale(canvas.width / (GLYPH_SIZE.width * GLYPHS.length), scale);
  pen.font = FONT;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  [...GLYPHS].forEach((glyph, at) => {
    pen.fillText(
      glyph,
      (at + 0.5) * GLYPH_SIZE.width,
      GLYPH_SIZE.height / 2 + 0.5,
      GLYPH_SIZE.width,
    );
  });
  return canvas;
}

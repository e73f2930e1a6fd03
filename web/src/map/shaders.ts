/**
 * The shaders of the vehicle layer. A place is what is left when the middle of the map is taken
 * off, high and low parts each for themselves: the difference is small, and exact. `view` is the
 * matrix of the map behind that; a quad is laid around the place in pixels of the screen.
 */
import { ICON, ICON_COUNT } from './atlas.ts';

export const GLIDE_MS = 900;
export const PULSES = 3;

const PLACE = `
vec2 offset(vec2 high, vec2 low) { return (high - middle.xy) + (low - middle.zw); }
`;

/** i0: from; i1: to; i2: since ms, degrees, icon, alpha (from 2 on: enlarged). */
export const VEHICLE_VERTEX = `#version 300 es
precision highp float;
in vec2 corner;
in vec4 i0;
in vec4 i1;
in vec4 i2;
uniform mat4 view;
uniform vec4 middle;
uniform vec2 pixel;
uniform float now;
uniform float size;
uniform float fade;
uniform float extents[${ICON_COUNT}];
out vec2 at;
out float alpha;
${PLACE}
void main() {
  int icon = int(i2.z + 0.5);
  float age = (now - i2.x) / ${GLIDE_MS}.0;
  vec2 place = mix(offset(i0.xy, i0.zw), offset(i1.xy, i1.zw), clamp(age, 0.0, 1.0));
  alpha = (i2.w >= 2.0 ? i2.w - 2.0 : i2.w) * fade;
  float scale = size * (i2.w >= 2.0 ? 1.18 : 1.0);
  if (icon == ${ICON.pulse}) {
    float turn = fract(age);
    scale *= 0.6 + 0.8 * turn;
    alpha *= age < ${PULSES}.0 ? 1.0 - turn : 0.0;
    place = offset(i1.xy, i1.zw);
  }
  bool turns = icon == ${ICON.moving} || icon == ${ICON.tick};
  float course = turns ? radians(i2.y) : 0.0;
  mat2 turned = mat2(cos(course), sin(course), -sin(course), cos(course));
  vec4 p = view * vec4(place, 0.0, 1.0);
  p.xy += (turned * corner) * vec2(1.0, -1.0) * extents[icon] * scale * pixel * p.w;
  gl_Position = p;
  at = vec2((float(icon) + corner.x * 0.5 + 0.5) / ${ICON_COUNT}.0, corner.y * 0.5 + 0.5);
}`;

export const VEHICLE_FRAGMENT = `#version 300 es
precision mediump float;
in vec2 at;
in float alpha;
uniform sampler2D pictures;
out vec4 colour;
void main() {
  colour = texture(pictures, at) * alpha;
  if (colour.a < 0.01) discard;
}`;

/** Characters of the picture that cluster numbers are written with. */
export const GLYPHS = '0123456789.k';
export const GLYPH_BLANK = 15;
export const GLYPHS_MAX = 5;

/** i0: place; i1: radius, glyphs, how many, none; i2: where the shares of the ring end. */
export const CLUSTER_VERTEX = `#version 300 es
precision highp float;
in vec2 corner;
in vec4 i0;
in vec4 i1;
in vec4 i2;
uniform mat4 view;
uniform vec4 middle;
uniform vec2 pixel;
uniform float ratio;
out vec2 at;
flat out vec4 what;
flat out vec4 shares;
${PLACE}
void main() {
  vec4 p = view * vec4(offset(i0.xy, i0.zw), 0.0, 1.0);
  float radius = i1.x + 2.0;
  p.xy += corner * vec2(1.0, -1.0) * radius * ratio * pixel * p.w;
  gl_Position = p;
  at = corner * radius;
  what = i1;
  shares = i2;
}`;

export const CLUSTER_FRAGMENT = `#version 300 es
precision highp float;
in vec2 at;
flat in vec4 what;
flat in vec4 shares;
uniform sampler2D pictures;
uniform vec4 colours[5];
uniform vec4 disc;
uniform vec4 ink;
uniform vec2 glyph;
out vec4 colour;
const float TURN = 6.283185307;
void main() {
  float radius = what.x;
  float off = length(at);
  float edge = fwidth(off);
  float round_ = 1.0 - smoothstep(radius + 1.5 - edge, radius + 1.5, off);
  if (round_ <= 0.0) discard;
  float angle = fract(atan(at.x, -at.y) / TURN + 1.0);
  vec4 share = angle < shares.x ? colours[0] : angle < shares.y ? colours[1] :
    angle < shares.z ? colours[2] : angle < shares.w ? colours[3] : colours[4];
  float inRing = smoothstep(radius - 4.0 - edge, radius - 4.0, off);
  float pastRing = smoothstep(radius - edge, radius, off);
  vec4 body = mix(mix(disc, share, inRing), disc, pastRing);
  float count = what.z;
  float column = (at.x + count * glyph.x * 0.5) / glyph.x;
  float row = (at.y + glyph.y * 0.5) / glyph.y;
  if (column >= 0.0 && column < count && row >= 0.0 && row < 1.0) {
    int place = int(column);
    int code = (int(what.y) >> (4 * place)) & 15;
    vec2 cell = vec2((float(code) + fract(column)) / ${GLYPHS.length}.0, row);
    float covered = texture(pictures, cell).a;
    body = mix(body, ink, covered);
  }
  colour = body * round_;
}`;

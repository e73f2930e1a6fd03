import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packGlyphs, shortNumber } from './cluster_quads.ts';
import { GLYPHS, GLYPHS_MAX } from './shaders.ts';

/** As the shader reads it. */
function unpack(packed: number): string {
  const codes = Array.from({ length: GLYPHS_MAX }, (_, at) => (packed >> (4 * at)) & 15);
  return codes.map((code) => GLYPHS[code] ?? ' ').join('');
}

test('a number is short enough for its disc', () => {
  assert.deepEqual([3, 9999, 10_000, 12_449, 99_949, 99_950, 124_400].map(shortNumber), [
    '3',
    '9999',
    '10.0k',
    '12.4k',
    '99.9k',
    '100k',
    '124k',
  ]);
});

test('its characters fit into a number of 32 bits, exactly', () => {
  for (const text of ['3', '9999', '12.4k', '124k']) {
    const packed = packGlyphs(text);
    assert.equal(Math.fround(packed), packed);
    assert.equal(unpack(packed).trimEnd(), text);
  }
});

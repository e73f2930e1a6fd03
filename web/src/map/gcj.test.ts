import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gcjOfWgs, wgsOfGcj } from './gcj.ts';

test('GCJ-02 is some hundred metres off in China, and nowhere else', () => {
  const [lon, lat] = gcjOfWgs(113.941988, 22.556138);
  assert.equal(lon.toFixed(6), '113.946864');
  assert.equal(lat.toFixed(6), '22.553121');
  assert.deepEqual(gcjOfWgs(13.405, 52.52), [13.405, 52.52]);
  assert.deepEqual(wgsOfGcj(13.405, 52.52), [13.405, 52.52]);
});

test('the way there and back ends where it began', () => {
  for (const [lon, lat] of [
    [116.397, 39.905],
    [91.1, 29.65],
    [122.35, 53.48],
  ] as const) {
    const back = wgsOfGcj(...gcjOfWgs(lon, lat));
    assert.ok(Math.abs(back[0] - lon) < 1e-9 && Math.abs(back[1] - lat) < 1e-9);
  }
});

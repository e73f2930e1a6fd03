import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCoordinates } from './coordinates.ts';

function assertPlace(text: string, lat: number, lon: number): void {
  const found = readCoordinates(text);
  assert.ok(found, text);
  assert.ok(
    Math.abs(found.lat - lat) < 1e-6 && Math.abs(found.lon - lon) < 1e-6,
    `${text}: ${JSON.stringify(found)}`,
  );
}

test('coordinates are read in the ways in which people write them', () => {
  assertPlace('22.54,114.06', 22.54, 114.06);
  assertPlace('  22.54 , 114.06 ', 22.54, 114.06);
  assertPlace('22.54 114.06', 22.54, 114.06);
  assertPlace('２２．５４，１１４．０６', 22.54, 114.06);
  assertPlace('114.06, 22.54', 22.54, 114.06);
  assertPlace('-33.87, 151.21', -33.87, 151.21);
  assertPlace('−33.87; 151.21', -33.87, 151.21);
  assertPlace('52, 13', 52, 13);
  assertPlace(`22°32'35"N 114°03'28"E`, 22 + 32 / 60 + 35 / 3600, 114 + 3 / 60 + 28 / 3600);
  assertPlace(
    '22°32′35.5″S, 114°03′28″W',
    -(22 + 32 / 60 + 35.5 / 3600),
    -(114 + 3 / 60 + 28 / 3600),
  );
  assertPlace('N22 32.5 E114 3.4', 22 + 32.5 / 60, 114 + 3.4 / 60);
  assertPlace('e114.06 n22.54', 22.54, 114.06);
  assertPlace('13.4E 52.5N', 52.5, 13.4);
  assertPlace('东经114.06 北纬22.54', 22.54, 114.06);
  assertPlace(
    '东经114度3分28秒，北纬22度32分35秒',
    22 + 32 / 60 + 35 / 3600,
    114 + 3 / 60 + 28 / 3600,
  );
});

test('what is not a place is none', () => {
  for (const text of [
    '',
    '22.54',
    '12 34',
    'B-HF 101',
    '91,181',
    '22.54,114.06,8',
    '22.54N 114.06S',
    `22°61'N 114°E`,
    'N22.5S 114',
    '-22.5S, 114.0E',
    'NS',
    ',',
    '1.2.3, 4',
    '1'.repeat(200),
  ]) {
    assert.equal(readCoordinates(text), null, text);
  }
});

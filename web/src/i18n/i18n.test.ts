import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageOf } from './age.ts';
import { docsEn } from './docs_en.ts';
import { docsZh } from './docs_zh.ts';
import { en } from './en.ts';
import { fill } from './fill.ts';
import { reportsEn } from './reports_en.ts';
import { reportsZh } from './reports_zh.ts';
import { settingsEn } from './settings_en.ts';
import { settingsZh } from './settings_zh.ts';
import { distanceIn, speedIn } from './units.ts';
import { wallEn } from './wall_en.ts';
import { wallZh } from './wall_zh.ts';
import { zh } from './zh.ts';
import { dateTimeIn, isZone, timeIn } from './zone.ts';

/** With those that are loaded with their page. */
const allEn: Record<string, string> = { ...en, ...settingsEn, ...reportsEn, ...docsEn, ...wallEn };
const allZh: Record<string, string> = { ...zh, ...settingsZh, ...reportsZh, ...docsZh, ...wallZh };

const plain = (n: number) => String(n);

test('both languages have the same texts, with the same values in them', () => {
  assert.deepEqual(Object.keys(allZh), Object.keys(allEn));
  const values = (text: string) => new Set(text.match(/\{\w+\}/g));
  for (const [key, text] of Object.entries(allEn)) {
    assert.deepEqual(values(allZh[key] ?? ''), values(text), key);
    assert.notEqual((allZh[key] ?? '').trim(), '', key);
  }
});

test('no Chinese text is English, but for names and units', () => {
  const same = Object.entries(allEn).filter(([key, text]) => (allZh[key] ?? '') === text);
  const allowed =
    /^(app\.name|menu\.version|unit\..+|history\.(way|times|volts)|report\.(none|estimate)|none)$/;
  assert.deepEqual(
    same.map(([key]) => key).filter((key) => !allowed.test(key)),
    [],
  );
});

test('texts are filled in, in the form of their number', () => {
  const text = '{n} vehicle of {name}|{n} vehicles of {name}';
  assert.equal(fill(text, { n: 1, name: 'A|B' }, plain), '1 vehicle of A|B');
  assert.equal(fill(text, { n: 0, name: '{n}' }, plain), '0 vehicles of {n}');
  assert.equal(fill('{gone}', {}, plain), '{gone}');
});

test('ages are told in two units at most', () => {
  assert.deepEqual(ageOf(-5), { unit: 's', n: 0 });
  assert.deepEqual(ageOf(59.9), { unit: 's', n: 59 });
  assert.deepEqual(ageOf(60), { unit: 'min', n: 1 });
  assert.deepEqual(ageOf(3599), { unit: 'min', n: 59 });
  assert.deepEqual(ageOf(5 * 3600 + 4 * 60), { unit: 'h', h: 5, m: '04' });
  assert.deepEqual(ageOf(47 * 3600), { unit: 'h', h: 47, m: '00' });
  assert.deepEqual(ageOf(48 * 3600), { unit: 'd', n: 2 });
});

test('times are those of the zone, over the change of the clock, too', () => {
  const s = Date.UTC(2026, 9, 25, 0, 59, 59) / 1000;
  assert.equal(dateTimeIn('Europe/Berlin', s), '2026-10-25 02:59:59');
  assert.equal(dateTimeIn('Europe/Berlin', s + 1), '2026-10-25 02:00:00');
  assert.equal(dateTimeIn('Asia/Shanghai', s), '2026-10-25 08:59:59');
  assert.equal(timeIn('Asia/Shanghai', Date.UTC(2026, 0, 1, 16) / 1000), '00:00:00');
  assert.equal(timeIn('Nowhere/Else', 0), '00:00:00');
  assert.ok(!isZone('Nowhere/Else'));
});

test('miles are 1.609344 kilometres', () => {
  assert.equal(speedIn('km', 965), 97);
  assert.equal(speedIn('mi', 1000), 62);
  assert.equal(distanceIn('mi', 1.609344), 1);
  assert.equal(distanceIn('km', 5), 5);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dangerOf, isPlate } from './danger.ts';

test('what moves is in danger, and so is what nobody knows of', () => {
  assert.equal(dangerOf(false, 0, 5), '');
  assert.equal(dangerOf(false, 0, 120), '');
  assert.equal(dangerOf(false, 0, 121), 'unknown');
  assert.equal(dangerOf(false, Number.NaN, Number.NaN), 'unknown');
  assert.equal(dangerOf(true, 0, 5), 'moving');
  assert.equal(dangerOf(true, 800, 9999), 'moving');
  assert.equal(dangerOf(false, 49, 5), '');
  assert.equal(dangerOf(false, 50, 5), 'moving');
});

test('a plate is typed as people type', () => {
  assert.ok(isPlate(' b-hf101', 'B-HF 101'));
  assert.ok(isPlate('粤Ｂ88888', '粤B 88888'));
  assert.ok(!isPlate('B-HF 10', 'B-HF 101'));
  assert.ok(!isPlate('', ''));
  assert.ok(!isPlate('', 'B-HF 101'));
});

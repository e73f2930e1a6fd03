import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOf } from './match.ts';

const TELTONIKA = 'teltonika teltonika fmb, fmc, fmm, fmp, tat and tmt';
const H02 = 'h02 sinotrack st-901, st-902 and relatives';

test('a model is of its series', () => {
  for (const word of ['fmb920', 'fmb-920', 'tat240', 'fmb', 'teltonika']) {
    assert.ok(isOf(word, TELTONIKA), word);
  }
  for (const word of ['st-901', 'st901', 'st901l', 'st-902', 'st-9', 'h02']) {
    assert.ok(isOf(word, H02), word);
  }
  assert.ok(isOf('gt06n', 'gt06 concox, jimi'));
});

test('a model of another series is not', () => {
  for (const word of ['st903', 'gv55', 'fm1100', 'tk103', 'nobody', '901l', '-']) {
    assert.equal(isOf(word, TELTONIKA), word === '-', word);
  }
  assert.equal(isOf('st903', H02), false);
  assert.equal(isOf('h1', H02), false);
});

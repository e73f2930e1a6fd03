import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOf, isOutOfReach } from './match.ts';

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

test('addresses that no tracker gets to', () => {
  const near = ['127.0.0.1', 'localhost', '10.1.2.3', '192.168.178.20', '172.16.0.1'];
  for (const host of [...near, '172.31.9.9', '169.254.1.1', '[::1]', '[fd00::1]', '[fe80::1]']) {
    assert.ok(isOutOfReach(host), host);
  }
  const far = ['gps.example.com', '203.0.113.9', '172.32.0.1', '172.15.0.1', '192.169.0.1'];
  for (const host of [...far, '[2001:db8::1]', '10.example.com', 'localhost.example.com', '']) {
    assert.equal(isOutOfReach(host), false, host);
  }
});

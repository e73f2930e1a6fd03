import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOutOfReach } from './reach.ts';

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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDLE, MOVING, NEVER, OFFLINE, PARKED, speedOf } from './state.ts';

test('what was the speed when a device was last heard is none of now', () => {
  for (const state of [MOVING, IDLE, PARKED]) assert.equal(speedOf(state, 800), 800);
  for (const state of [OFFLINE, NEVER]) assert.ok(Number.isNaN(speedOf(state, 800)));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../store/fleet.ts';
import { Pulses } from './pulses.ts';

const LONG_MS = 60_000;

test('an alarm that was not there before pulses for a while; one of another vehicle does not', () => {
  const fleet = new Fleet();
  fleet.replace({ i: [1, 2], a: [[3], []] });
  const pulses = new Pulses();
  assert.ok(!pulses.look(fleet, true, 1000), 'it was there when the page came');
  fleet.change({ i: [1, 2], a: [[3], [4]] });
  assert.ok(pulses.look(fleet, true, 2000));
  assert.deepEqual([...pulses.since], [[1, 2000]]);
  assert.ok(!pulses.look(fleet, true, 2001), 'once');
  fleet.change({ i: [1], a: [[3, 5]] });
  assert.ok(!pulses.look(fleet, false, 2002), 'nobody wants it');
  assert.ok(!pulses.look(fleet, true, 2003), 'nor later');
  pulses.look(fleet, true, LONG_MS);
  assert.deepEqual([...pulses.since], []);
  fleet.replace({ i: [7, 8], a: [[3], [3, 4, 5, 6]] });
  assert.ok(!pulses.look(fleet, true, LONG_MS), 'others are in the slots');
});

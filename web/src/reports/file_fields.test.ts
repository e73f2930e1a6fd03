import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ME } from '../../tests/lib/window.ts';
import { fleet, shown, tick } from '../app/fleet.ts';
import { adjust } from '../app/navigation.ts';
import { type Me, me, phase } from '../app/session.ts';
import { fileFields } from './file_fields.ts';

me.value = { ...ME, HoldID: 1 } as unknown as Me;
phase.value = 'in';
fleet.replace({ i: [1, 2], id: ['D1', 'D2'], plate: ['A', 'B'], g: [7, 0] });
shown.value = 'fleet';
tick.value++;

test('a file of all, or of a group, has of a page that a link narrows what that shows', () => {
  adjust({ kind: 'stops', of: '*' });
  assert.equal(fileFields('csv').DeviceIDs, undefined, 'all is all');
  adjust({ ids: 'D1,D2', type: '0' });
  assert.deepEqual(fileFields('csv').DeviceIDs, ['D1', 'D2']);
  adjust({ of: '.7' });
  const { DeviceIDs, GroupIDs } = fileFields('csv');
  assert.deepEqual([DeviceIDs, GroupIDs], [['D1'], undefined]);
});

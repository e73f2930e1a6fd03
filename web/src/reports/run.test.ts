import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { chooseEnterprise } from '../app/enterprises.ts';
import { fleet, shown, tick } from '../app/fleet.ts';
import { address, adjust } from '../app/navigation.ts';
import { type Me, me, phase } from '../app/session.ts';
import { fenceNames, followFenceNames } from './fence_list.ts';
import { followQuestion, report } from './run.ts';

const calls = new Calls();
const act = (HoldID: number) => {
  me.value = { ...ME, HoldID } as unknown as Me;
};
const page = (of: number) => ({ total: 1, data: [{ PolygonID: of, RegionName: `F${of}` }] });

test('of another enterprise neither the report of the one before stays, nor what it was asked of', async () => {
  fleet.replace({ i: [1], id: ['D1'], plate: ['HH 1'] });
  act(1);
  phase.value = 'in';
  shown.value = 'fleet';
  tick.value++;
  adjust({ kind: 'stops', of: 'D1' });
  const end = followQuestion();
  const row = { DeviceID: 'D1', VehicleNum: 'HH 1', StartTime: '2026-12-01 10:00:00', Seconds: 60 };
  const stop = { ...row, EndTime: null, IdleSeconds: 0, Kilometres: '0', Lon: '1', Lat: '1' };
  const found = { data: [stop], next: null, done: 1, of: 1 };
  await (await calls.next('manage/GetStops')).answer(found);
  assert.equal(report.value?.rows.length, 1);
  chooseEnterprise(2);
  assert.equal(address.value.of, '');
  act(2);
  assert.equal(report.value, null);
  adjust({ of: '*' });
  chooseEnterprise(1);
  assert.equal(address.value.of, '*');
  end();
});

test('the geofences to choose from are those of the enterprise, also where both were changed as often', async () => {
  act(1);
  const end = followFenceNames();
  await (await calls.next('manage/ListGeofences')).answer(page(1));
  assert.deepEqual(fenceNames.value, [{ id: 1, name: 'F1' }]);
  act(2);
  assert.equal(fenceNames.value, 'none');
  await (await calls.next('manage/ListGeofences')).answer(page(2));
  assert.deepEqual(fenceNames.value, [{ id: 2, name: 'F2' }]);
  end();
});

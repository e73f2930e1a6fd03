import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { type Me, me, phase, typist } from '../app/session.ts';
import { draft, dropDraft, isChanged, putShape, setValue, shape, startNew } from './draft.ts';
import { save } from './save.ts';
import type { Shape } from './shape.ts';

const calls = new Calls();
typist.value = 'ann';
me.value = { ...ME, HoldID: 1 } as unknown as Me;
phase.value = 'in';

const circle = (radiusM: number): Shape => ({
  ...{ kind: 'circle', points: [[10, 53]], holes: [], radiusM },
});
const stored = (RegionName: string, Radius: number) => ({
  ...{ PolygonID: 9, RegionName, Shape: 'circle', Points: [[10, 53]], Holes: [], Radius },
  ...{ Coordsys: 'wgs84', AlarmOn: 'both', DwellSeconds: 0, HysteresisMeters: null },
  ...{ AppliesTo: 'all', DeviceIDs: [], GroupIDs: [], Version: 1 },
});
const list = (row: object) => ({ total: 1, data: [row] });

function begin(name: string): void {
  startNew('circle', circle(100));
  setValue('name', name);
}

test('a geofence that is saved and left alone is done', async () => {
  begin('Yard');
  const saved = save();
  await (await calls.next('manage/AddGeofence')).answer({ PolygonID: 9 });
  assert.equal(await saved, true);
  assert.equal(draft.value, null);
});

test('what is typed and drawn while a geofence is saved goes on, as a change of it', async () => {
  begin('Yard');
  const saved = save();
  const sent = await calls.next('manage/AddGeofence');
  setValue('name', 'Yard North');
  putShape(circle(150));
  await sent.answer({ PolygonID: 9 });
  await (await calls.next('manage/ListGeofences')).answer(list(stored('Yard', 100)));
  assert.equal(await saved, false, 'there is something left to save');
  assert.equal(draft.value?.values.name, 'Yard North');
  assert.equal(shape.value?.radiusM, 150);
  assert.equal(isChanged.value, true);
  const again = save();
  const change = await calls.next('manage/ModifyGeofence');
  assert.deepEqual(
    [change.fields['PolygonID'], change.fields['RegionName'], change.fields['Radius']],
    [9, 'Yard North', 150],
  );
  await change.answer(null);
  assert.equal(await again, true);
});

test('a geofence that was given up while it was saved does not take the next one with it', async () => {
  for (const isLost of [false, true]) {
    begin('First');
    const saved = save();
    const sent = await calls.next('manage/AddGeofence');
    dropDraft();
    begin('Second');
    await (isLost ? sent.lose() : sent.answer({ PolygonID: 9 }));
    assert.equal(await saved, false, 'nobody is led away from the second one');
    assert.equal(draft.value?.values.name, 'Second');
    assert.equal(draft.value?.fault, null);
  }
});

test('a geofence that arrived though nobody answered is made what it was changed to since', async () => {
  begin('Gate');
  const lost = save();
  const first = await calls.next('manage/AddGeofence');
  await first.lose();
  await lost;
  setValue('name', 'Gate West');
  const again = save();
  const second = await calls.next('manage/AddGeofence');
  assert.equal(second.fields['RequestID'], first.fields['RequestID'], 'there is no second one');
  await second.answer({ PolygonID: 9 });
  await (await calls.next('manage/ListGeofences')).answer(list(stored('Gate', 100)));
  const change = await calls.next('manage/ModifyGeofence');
  assert.equal(change.fields['RegionName'], 'Gate West');
  await change.answer(null);
  assert.equal(await again, true);
});

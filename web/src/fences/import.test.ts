import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls, ME } from '../../tests/lib/window.ts';
import { endSession, type Me, me, phase, typist } from '../app/session.ts';
import * as files from './import.ts';

const calls = new Calls();
const act = (HoldID: number, name = 'ann') => {
  me.value = { ...ME, LoginName: name, HoldID } as unknown as Me;
  typist.value = name;
  phase.value = 'in';
};
const feature = (name: string) => ({
  ...{ type: 'Feature', properties: { name } },
  geometry: { type: 'Point', coordinates: [10, 53] },
});
const fileOf = (...names: string[]) =>
  new File(
    [JSON.stringify({ type: 'FeatureCollection', features: names.map(feature) })],
    'gates.geojson',
  );
const names = () => files.rows.value.map(({ sketch }) => sketch.name);
const store = () => files.store(({ sketch }) => sketch.name);

test('a list that is stored as the login ends goes on behind the next one, and adds nothing twice', async () => {
  act(1);
  await files.openFile(fileOf('North', 'South'));
  const stored = store();
  await (await calls.next('manage/AddGeofence')).answer({ PolygonID: 1 });
  const cut = await calls.next('manage/AddGeofence');
  endSession('ended');
  files.leave(); // as the page does it, which is not shown without a login
  await cut.refuse(401);
  await stored;
  act(1);
  assert.deepEqual(names(), ['North', 'South']);
  assert.equal(files.stored.value, 1);
  assert.equal(files.rows.value[1]?.refusal, '', 'nobody has refused it');
  const again = store();
  const second = await calls.next('manage/AddGeofence');
  assert.equal(second.fields['RequestID'], cut.fields['RequestID']);
  await second.answer({ PolygonID: 2 });
  await again;
  assert.equal(files.stored.value, 2);
});

test('who leaves it by hand, another account and another enterprise have no list', async () => {
  await files.openFile(fileOf('North'));
  files.leave();
  assert.deepEqual(names(), []);
  await files.openFile(fileOf('North'));
  act(2);
  assert.deepEqual(names(), []);
  await files.openFile(fileOf('North'));
  endSession('ended');
  files.leave();
  act(2, 'bob');
  assert.deepEqual(names(), []);
});

test('of two files the later one is shown, and one that cannot be read is told', async () => {
  const late = fileOf('Late');
  let give = (_text: string) => {};
  const text = new Promise<string>((done) => {
    give = done;
  });
  late.text = () => text;
  const first = files.openFile(late);
  await files.openFile(fileOf('Later'));
  give(await fileOf('Late').text());
  await first;
  assert.deepEqual(names(), ['Later']);
  const gone = fileOf('Gone');
  gone.text = () => Promise.reject(new DOMException('gone', 'NotFoundError'));
  await files.openFile(gone);
  assert.equal(files.fileFault.value, 'noFile');
  assert.deepEqual(names(), ['Later']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FIELD_NAMES,
  isBad,
  meant,
  type Rules,
  readSensors,
  rebase,
  requestOf,
  settingsOf,
  shownOf,
  textOf,
} from './rules.ts';

const rules = (fields: Partial<Rules>): Rules => ({ Scope: 'group', ID: '1', ...fields });

test('what holds, and from where', () => {
  const above = rules({
    ...{ OverspeedKmh: 80, OfflineMinutes: null, FatigueMinutes: 240 },
    Sources: { OverspeedKmh: 'group', OfflineMinutes: 'enterprise', FatigueMinutes: 'enterprise' },
  });
  const own = settingsOf(rules({ FatigueMinutes: 200, LowSMS: null }));
  assert.deepEqual(shownOf('OverspeedKmh', own.OverspeedKmh, above), {
    ...{ value: 80, source: 'group', above: 80, aboveSource: 'group' },
  });
  assert.deepEqual(shownOf('OfflineMinutes', own.OfflineMinutes, above).value, null);
  assert.deepEqual(shownOf('FatigueMinutes', own.FatigueMinutes, above), {
    ...{ value: 200, source: 'own', above: 240, aboveSource: 'enterprise' },
  });
  assert.deepEqual(shownOf('LowSMS', own.LowSMS, above), {
    ...{ value: null, source: 'own', above: undefined, aboveSource: 'none' },
  });
  assert.equal(shownOf('LowDataPercent', own.LowDataPercent, above).source, 'none');
  assert.equal(shownOf('OverspeedKmh', own.OverspeedKmh, null).value, undefined);
});

test('a scope sends what it sets, and nothing of what it inherits', () => {
  const settings = settingsOf(rules({ OverspeedKmh: 90.5, LowSMS: null }));
  assert.deepEqual(requestOf(settings), { OverspeedKmh: 90.5, LowSMS: null });
  settings.OverspeedKmh = { mode: 'inherit', text: '90.5' };
  assert.deepEqual(requestOf(settings), { LowSMS: null });
});

test('bounds are those of the server, at both ends', () => {
  const value = (text: string) => ({ mode: 'value' as const, text });
  for (const [name, good, bad] of [
    ['OverspeedKmh', ['1', '1000', '80,5'], ['0.9', '1001', 'x', '', ' ']],
    ['OverspeedSeconds', ['0', '86400'], ['-1', '86401', '1.5']],
    ['LowBatteryPercent', ['1', '100'], ['0', '101', '20.5']],
    ['TemperatureMin', ['-273', '327', '-18.5'], ['-274', '328']],
    ['SIMExpiryDays', ['1', '3660'], ['0', '3661']],
  ] as const) {
    for (const text of good) assert.ok(!isBad(name, value(text)), `${name} ${text}`);
    for (const text of bad) assert.ok(isBad(name, value(text)), `${name} ${text}`);
  }
  assert.equal(meant('OverspeedKmh', value('80,5')), 80.5);
});

test('bounds of sensors are read and written', () => {
  const sensors = [
    { Sensor: 1, Min: -5, Max: 8 },
    { Sensor: 2, Min: null, Max: 4.5 },
  ];
  assert.deepEqual(readSensors('1: -5…8; 2: …4.5'), sensors);
  assert.deepEqual(readSensors(' 1:−5..8 ;2:...4,5;'), sensors);
  assert.deepEqual(readSensors(textOf(sensors)), sensors);
  for (const bad of ['', '1', '1: …', '1: 9…8', '1: 1…2; 1: 3…4', 'x: 1…2', '1: a…b']) {
    assert.equal(readSensors(bad), null, bad);
  }
});

test('what somebody else saved is kept beside mine', () => {
  const base = settingsOf(rules({ OverspeedKmh: 80, LowSMS: 10 }));
  const mine = { ...base, OverspeedKmh: { mode: 'value' as const, text: '90' } };
  const fresh = settingsOf(rules({ OverspeedKmh: 100, LowSMS: null, FatigueMinutes: 240 }));
  const { settings, theirs } = rebase(base, mine, fresh);
  assert.equal(settings.OverspeedKmh.text, '90');
  assert.equal(settings.LowSMS.mode, 'off');
  assert.equal(settings.FatigueMinutes.text, '240');
  assert.deepEqual(theirs, { OverspeedKmh: { mode: 'value', text: '100' } });
  assert.equal(Object.keys(settings).length, FIELD_NAMES.length);
});

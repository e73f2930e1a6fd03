import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls } from '../../tests/lib/window.ts';
import { askAhead, takeAhead } from './ahead.ts';
import { phase, startSession } from './session.ts';
import { keepForTab } from './tab_store.ts';

const calls = new Calls();

test('what was asked ahead of a start that failed is not there for a later one', async () => {
  keepForTab('T');
  askAhead('manage/GetMe', {}, 'T');
  askAhead('snapshot', {}, 'T');
  const started = startSession();
  await (await calls.next('snapshot')).answer({ now: 1000 });
  await (await calls.next('manage/GetMe')).lose();
  await started;
  assert.equal(phase.value, 'failed');
  assert.equal(takeAhead('snapshot', '{}', 'T'), null);
});

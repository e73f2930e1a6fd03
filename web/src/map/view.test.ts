import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coveredBy, parseView, spaceAround, withinNames, writeView } from './view.ts';

test('a view is read and written the same', () => {
  assert.deepEqual(parseView('11.50/22.5431/114.0579'), {
    zoom: 11.5,
    center: [114.0579, 22.5431],
  });
  assert.equal(writeView(11.5, 22.5431, 114.0579), '11.50/22.5431/114.0579');
  assert.equal(writeView(3, -5, 181), '3.00/-5.00/-179.00');
});

test('what is no view is none', () => {
  for (const text of [
    '',
    '1/2',
    '1/2/3/4',
    'a/b/c',
    '21/0/0',
    '3/91/0',
    '3/0/181',
    '3/ 1/2',
    '3/1e9/2',
  ]) {
    assert.equal(parseView(text), null, text);
  }
});

test('what is fitted keeps clear of legend and buttons, and has room on any map', () => {
  assert.deepEqual(spaceAround(1024, 800), { left: 48, right: 88, top: 56, bottom: 112 });
  for (const size of [1, 65, 270, 2000]) {
    const { left, right, top, bottom } = spaceAround(size, size);
    assert.ok(left + right < size / 2 && top + bottom <= size / 2, String(size));
  }
});

test('of panels over one side the widest counts', () => {
  assert.deepEqual(coveredBy([{ right: 368 }, { right: 20, bottom: 216 }]), {
    left: 0,
    right: 368,
    top: 0,
    bottom: 216,
  });
});

test('on the map of this server no page goes by itself where there are no names', () => {
  assert.equal(withinNames(15, true), 11.2);
  assert.equal(withinNames(11, true), 11);
  assert.equal(withinNames(15, false), 15);
});

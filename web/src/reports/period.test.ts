import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayCount, daysOfPeriod, rangeFault } from './period.ts';

test('weeks begin on Monday, months on their first', () => {
  const sunday = '2026-11-01';
  assert.deepEqual(daysOfPeriod('today', sunday), { from: sunday, to: sunday });
  assert.deepEqual(daysOfPeriod('yesterday', sunday), { from: '2026-10-31', to: '2026-10-31' });
  assert.deepEqual(daysOfPeriod('thisWeek', sunday), { from: '2026-10-26', to: sunday });
  assert.deepEqual(daysOfPeriod('thisWeek', '2026-11-02'), {
    from: '2026-11-02',
    to: '2026-11-02',
  });
  assert.deepEqual(daysOfPeriod('lastWeek', sunday), { from: '2026-10-19', to: '2026-10-25' });
  assert.deepEqual(daysOfPeriod('thisMonth', sunday), { from: sunday, to: sunday });
  assert.deepEqual(daysOfPeriod('lastMonth', sunday), { from: '2026-10-01', to: '2026-10-31' });
  assert.deepEqual(daysOfPeriod('lastMonth', '2028-03-31'), {
    from: '2028-02-01',
    to: '2028-02-29',
  });
  assert.deepEqual(daysOfPeriod('lastMonth', '2026-01-15'), {
    from: '2025-12-01',
    to: '2025-12-31',
  });
});

test('a range is refused with its reason', () => {
  const today = '2026-11-01';
  assert.equal(rangeFault({ from: '2026-10-01', to: today }, today), null);
  assert.equal(rangeFault({ from: '', to: today }, today), 'date');
  assert.equal(rangeFault({ from: '2026-02-30', to: today }, today), 'date');
  assert.equal(rangeFault({ from: '2026-11-01', to: '2026-10-31' }, today), 'order');
  assert.equal(rangeFault({ from: '2026-11-02', to: '2026-11-03' }, today), 'order');
  assert.equal(rangeFault({ from: '2025-11-01', to: today }, today), null);
  assert.equal(rangeFault({ from: '2025-10-31', to: today }, today), 'long');
  assert.equal(dayCount({ from: '2025-11-01', to: today }), 366);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTree } from './tree.ts';

const enterprise = (HoldID: number, HoldName: string, ParentHoldID: number | null) => ({
  HoldID,
  HoldName,
  ParentHoldID,
});

test('each stands behind the one that it is below, by name', () => {
  const list = [
    enterprise(1, 'Zebra', null),
    enterprise(2, 'Branch 10', 4),
    enterprise(3, 'Branch 9', 4),
    enterprise(4, 'Alpha', null),
    enterprise(5, 'Depot', 2),
  ];
  assert.deepEqual(
    inTree(list).map(({ of, depth }) => `${depth} ${of.HoldName}`),
    ['0 Alpha', '1 Branch 9', '1 Branch 10', '2 Depot', '0 Zebra'],
  );
});

test('one whose parent is not in the list stands at the top', () => {
  const list = [enterprise(7, 'Below', 6), enterprise(8, 'Under it', 7)];
  assert.deepEqual(
    inTree(list).map(({ of, depth }) => `${depth} ${of.HoldName}`),
    ['0 Below', '1 Under it'],
  );
});

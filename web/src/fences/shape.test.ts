import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkShape } from './check.ts';
import {
  areaM2,
  borderM,
  boundsOf,
  circleOfRing,
  circleRing,
  type Point,
  type Shape,
  wrapped,
} from './shape.ts';
import { firstStep, redone, stepTo, undone } from './steps.ts';

const polygon = (points: Point[], holes: Point[][] = []): Shape => ({
  ...{ kind: 'polygon', points, holes, radiusM: 0 },
});
const square = (west: number, south: number, size: number): Point[] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
];

test('areas and lengths are those of the earth', () => {
  // a degree at the equator is 111.195 km either way on the sphere of 6371.0088 km
  const degree = 111_195;
  assert.ok(Math.abs(areaM2(polygon(square(0, -0.5, 1))) / degree ** 2 - 1) < 1e-3);
  assert.ok(Math.abs(borderM(polygon(square(0, -0.5, 1))) / (4 * degree) - 1) < 1e-3);
  // at 60 degrees it is half as wide
  const north = areaM2(polygon(square(10, 59.5, 1)));
  assert.ok(Math.abs(north / (degree ** 2 / 2) - 1) < 1e-3);
  // beyond 180 degrees it goes on
  assert.ok(
    Math.abs(
      areaM2(
        polygon([
          [179.5, -0.5],
          [-179.5, -0.5],
          [-179.5, 0.5],
          [179.5, 0.5],
        ]),
      ) /
        degree ** 2 -
        1,
    ) < 1e-3,
  );
  const holed = polygon(square(0, -0.5, 1), [square(0.25, -0.25, 0.5)]);
  assert.ok(Math.abs(areaM2(holed) / (0.75 * degree ** 2) - 1) < 1e-3);
  const line: Shape = {
    kind: 'corridor',
    points: [
      [0, 0],
      [1, 0],
    ],
    holes: [],
    radiusM: 50,
  };
  assert.ok(Math.abs(borderM(line) / degree - 1) < 1e-3);
  assert.ok(Math.abs(areaM2(line) / (100 * degree) - 1) < 2e-3);
});

test('a circle becomes a ring, and is found in it again', () => {
  for (const centre of [[13.4, 52.5] as Point, [114, 22] as Point, [-70, -55] as Point]) {
    const found = circleOfRing(circleRing(centre, 800));
    assert.ok(Math.abs(found.radiusM - 800) < 1, `${found.radiusM}`);
    assert.ok(Math.abs(found.centre[0] - centre[0]) < 1e-5);
    assert.ok(Math.abs(found.centre[1] - centre[1]) < 1e-5);
  }
  const [west, south, east, north] = boundsOf({
    ...{ kind: 'circle', points: [[13.4, 52.5]], holes: [], radiusM: 1000 },
  });
  assert.ok(west < 13.39 && east > 13.41 && south < 52.492 && north > 52.508);
  assert.deepEqual(wrapped([190.5, 10]), [-169.5, 10]);
  assert.deepEqual(wrapped([-541, 10]), [179, 10]);
});

test('what is wrong with a shape is told at its point', () => {
  const bow: Point[] = [
    [0, 0],
    [1, 1],
    [1, 0],
    [0, 1],
  ];
  assert.deepEqual(checkShape(polygon(bow)), { kind: 'crossed', ring: 0, point: 0 });
  assert.equal(checkShape(polygon(square(0, 0, 1))), null);
  assert.equal(checkShape(polygon(square(179.5, 0, 1).map(wrapped))), null);
  assert.deepEqual(checkShape(polygon(square(0, 0, 1).slice(0, 2))), {
    ...{ kind: 'few', ring: 0, point: 0 },
  });
  assert.equal(
    checkShape(
      polygon([
        [0, 0],
        [1, 0],
        [1, 0],
        [1, 1],
      ]),
    ),
    null,
    'a point that is there twice is let pass',
  );
  assert.deepEqual(
    checkShape(
      polygon([
        [0, 0],
        [2, 0],
        [1, 0],
        [1, 1],
      ]),
    )?.kind,
    'crossed',
  );
  assert.deepEqual(checkShape(polygon([...square(0, 0, 1).slice(0, 3), [0, 91]])), {
    ...{ kind: 'coordinate', ring: 0, point: 3 },
  });
  const hole = checkShape(polygon(square(0, 0, 1), [square(0.5, 0.5, 1)]));
  assert.equal(hole?.kind, 'meet');
  assert.equal(hole?.ring, 1);
});

test('circles and corridors have a radius, and a corridor may cross itself', () => {
  const circle = (radiusM: number): Shape => ({
    ...{ kind: 'circle', points: [[0, 0]], holes: [], radiusM },
  });
  for (const radiusM of [0, -1, Number.NaN, 500_001]) {
    assert.equal(checkShape(circle(radiusM))?.kind, 'radius', `${radiusM}`);
  }
  assert.equal(checkShape(circle(500_000)), null);
  const points: Point[] = [
    [0, 0],
    [1, 1],
    [1, 0],
    [0, 1],
  ];
  assert.equal(checkShape({ kind: 'corridor', points, holes: [], radiusM: 20 }), null);
  const stands: Shape = {
    kind: 'corridor',
    points: [points[0] as Point, [0, 0]],
    holes: [],
    radiusM: 9,
  };
  assert.equal(checkShape(stands)?.kind, 'few');
});

test('steps go back and forth, and a new one forgets what was undone', () => {
  let steps = stepTo(stepTo(firstStep('a'), 'b'), 'c');
  steps = undone(undone(undone(steps)));
  assert.equal(steps.now, 'a');
  steps = redone(steps);
  assert.equal(steps.now, 'b');
  steps = redone(stepTo(steps, 'd'));
  assert.equal(steps.now, 'd');
  assert.equal(undone(steps).now, 'b');
});

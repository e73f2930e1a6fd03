/** A circle by its centre and radius, typed: the way without a pointer. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { readCoordinates } from '../store/coordinates.ts';
import { putShape, shownShape } from './draft.ts';
import { metresOf, NumberField } from './number_field.tsx';
import { hasMiddle, middle, RADIUS_USUAL_M, radiusHere, showShape } from './places.ts';
import { type Point, RADIUS_MAX_M, type Shape, wrapped } from './shape.ts';
import { fe } from './text.ts';

const placeText = (at: Point | null) => (at ? `${at[1].toFixed(6)}, ${at[0].toFixed(6)}` : '');

interface Offered {
  drawn: string;
  centre: string;
  radius: string;
}

/** Applied by Enter or the button: half a number moves nothing. */
export function CircleNumbers() {
  const shown = shownShape.value;
  const centre = useSignal('');
  const radius = useSignal('');
  const faults = useSignal({ centre: '', radius: '' });
  const [at] = shown?.points ?? [];
  const drawn = shown === null ? '' : `${placeText(at ?? null)} ${shown.radiusM}`;
  /** What is in the fields when nobody has typed. */
  const offered = useRef<Offered | null>(null);
  // what was typed stays, though the map come after it
  useLayoutEffect(() => {
    const before = offered.current;
    const here = shown ? null : middle();
    const next = {
      drawn,
      centre: placeText(at ?? here),
      radius: String(shown?.radiusM ?? (here ? radiusHere(here) : RADIUS_USUAL_M)),
    };
    const isOther = before?.drawn !== drawn;
    if (!isOther && here === null) return;
    offered.current = next;
    if (isOther || centre.peek() === before?.centre) centre.value = next.centre;
    if (isOther || radius.peek() === before?.radius) radius.value = next.radius;
    if (isOther) faults.value = { centre: '', radius: '' };
  }, [drawn, hasMiddle.value]);
  const submit = (event: Event) => {
    event.preventDefault();
    const place = readCoordinates(centre.value);
    const radiusM = metresOf(radius.value, RADIUS_MAX_M);
    faults.value = {
      centre: place ? '' : fe('fences.badCentre'),
      radius: radiusM ? '' : fe('fences.badRadius', { n: RADIUS_MAX_M }),
    };
    if (!place || !radiusM) return;
    const made: Shape = {
      kind: 'circle',
      points: [wrapped([place.lon, place.lat])],
      holes: [],
      radiusM,
    };
    putShape(made);
    showShape(made);
  };
  return (
    <form class="fence-fields" onSubmit={submit} noValidate>
      <NumberField
        id="fence-centre"
        label={fe('fences.centre')}
        value={centre.value}
        hint={fe('fences.centreHint')}
        fault={faults.value.centre}
        onInput={(text) => {
          centre.value = text;
        }}
      />
      <NumberField
        id="fence-radius"
        label={fe('fences.radius')}
        value={radius.value}
        fault={faults.value.radius}
        onInput={(text) => {
          radius.value = text;
        }}
      />
      <button type="submit" class="button small">
        {fe('fences.put')}
      </button>
    </form>
  );
}

/** A circle by its centre and radius, typed: the way without a pointer. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { fitBounds } from '../map/camera.ts';
import { readCoordinates } from '../store/coordinates.ts';
import { putShape, shownShape } from './draft.ts';
import { metresOf, NumberField } from './number_field.tsx';
import { boxOnBase, middle, radiusHere } from './places.ts';
import { type Point, RADIUS_MAX_M, type Shape, wrapped } from './shape.ts';
import { fe } from './text.ts';

const placeText = (at: Point | null) => (at ? `${at[1].toFixed(6)}, ${at[0].toFixed(6)}` : '');

/** Applied by Enter or the button: half a number moves nothing. */
export function CircleNumbers() {
  const shown = shownShape.value;
  const centre = useSignal('');
  const radius = useSignal('');
  const faults = useSignal({ centre: '', radius: '' });
  const [at] = shown?.points ?? [];
  const drawn = shown === null ? '' : `${placeText(at ?? null)} ${shown.radiusM}`;
  // before anybody can type: what is put there later would be put over that
  useLayoutEffect(() => {
    const here = shown ? null : middle();
    centre.value = placeText(at ?? here);
    radius.value = String(shown?.radiusM ?? (here ? radiusHere(here) : ''));
    faults.value = { centre: '', radius: '' };
  }, [drawn]);
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
    fitBounds(boxOnBase(made), 17);
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

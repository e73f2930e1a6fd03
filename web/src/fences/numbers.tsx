/** The shape in numbers, which may be typed: centre, radius, width; and how large it is. */
import { useSignal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import { CircleNumbers } from './circle_numbers.tsx';
import { type Draft, putShape, shape, shapeFault, shownShape, widthRadiusM } from './draft.ts';
import { metresOf, NumberField } from './number_field.tsx';
import { areaM2, borderM, lengthM, RADIUS_MAX_M, type Shape } from './shape.ts';
import { fe } from './text.ts';
import { areaText, lengthText } from './words.ts';

function Width() {
  const now = shape.value;
  const width = useSignal('');
  const fault = useSignal('');
  const radiusM = now?.radiusM ?? widthRadiusM.value;
  useLayoutEffect(() => {
    width.value = String(radiusM * 2);
  }, [radiusM]);
  const put = (text: string) => {
    width.value = text;
    const m = metresOf(text, 2 * RADIUS_MAX_M);
    fault.value = m ? '' : fe('fences.badRadius', { n: 2 * RADIUS_MAX_M });
    if (!m || m / 2 === radiusM) return;
    widthRadiusM.value = m / 2;
    if (now !== null) putShape({ ...now, radiusM: m / 2 });
  };
  return (
    <NumberField
      id="fence-width"
      label={fe('fences.width')}
      value={width.value}
      fault={fault.value}
      onInput={put}
    />
  );
}

function Sizes({ shown }: { shown: Shape }) {
  const holes = shown.holes.length;
  // the pointer is no point yet
  const points = shown.points.length - (shape.value === null && shown.points.length > 1 ? 1 : 0);
  const isCrossed = shapeFault.value?.kind === 'crossed';
  return (
    <dl class="fence-sizes" aria-live="off">
      <dt>{fe('fences.area')}</dt>
      <dd>{isCrossed ? t('none') : areaText(areaM2(shown))}</dd>
      <dt>{fe(shown.kind === 'corridor' ? 'fences.length' : 'fences.border')}</dt>
      <dd>{lengthText(shown.kind === 'corridor' ? lengthM(shown.points) : borderM(shown))}</dd>
      {shown.kind !== 'circle' && <dt>{fe('fences.points')}</dt>}
      {shown.kind !== 'circle' && <dd>{points}</dd>}
      {holes > 0 && <dt>{fe('fences.holes')}</dt>}
      {holes > 0 && (
        <dd>
          {holes}{' '}
          <button type="button" class="bare link" onClick={() => putShape({ ...shown, holes: [] })}>
            {fe('fences.dropHoles')}
          </button>
        </dd>
      )}
    </dl>
  );
}

export function Numbers({ mine }: { mine: Draft }) {
  const shown = shownShape.value;
  return (
    <section class="fence-part" aria-label={fe('fences.byNumbers')}>
      {mine.kind === 'circle' && <CircleNumbers />}
      {mine.kind === 'corridor' && <Width />}
      {shown !== null && <Sizes shown={shown} />}
    </section>
  );
}

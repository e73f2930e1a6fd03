/** The shape of a state (app/shapes.ts). The arrow of what moves is turned to where it goes. */
import { SHAPES } from '../app/shapes.ts';
import { MOVING, NEVER, STATE_NAMES } from '../store/state.ts';

export function StateIcon({ state, course = Number.NaN }: { state: number; course?: number }) {
  const name = STATE_NAMES[state] ?? 'never';
  const shape = SHAPES[state];
  const isTurned = state === MOVING && !Number.isNaN(course);
  const style = isTurned ? { transform: `rotate(${course}deg)` } : undefined;
  return (
    <svg class={`state ${name}`} viewBox="0 0 16 16" aria-hidden="true" style={style}>
      {state === NEVER || !shape ? (
        <path class="hollow" d="M8 2.2 13.8 8 8 13.8 2.2 8Z" />
      ) : (
        <path class="body" d={shape.body} />
      )}
      {shape?.cut && <path class="cut" d={shape.cut} />}
    </svg>
  );
}

/** What to draw and how, undo and redo, and what is wrong with it. */
import { Segments } from '../parts/segments.tsx';
import {
  canRedo,
  canUndo,
  chooseKind,
  type Draft,
  live,
  shape,
  shapeFault,
  startNew,
} from './draft.ts';
import { finishLine, redoOne, undoOne } from './pen.ts';
import { shapeText } from './save.ts';
import { KINDS } from './shape.ts';
import { fe } from './text.ts';

function hintOf({ kind }: Draft): string {
  if (shape.value === null) return fe(`fences.hint.${kind}`);
  return fe(kind === 'circle' ? 'fences.hint.dragCircle' : 'fences.hint.drag');
}

export function Tools({ mine }: { mine: Draft }) {
  const fault = shapeFault.value;
  const isDrawing = shape.value === null;
  const points = live.value?.points.length ?? 0;
  const isLine = isDrawing && mine.kind !== 'circle';
  return (
    <section class="fence-part">
      {mine.base === null && isDrawing && (
        <Segments
          label={fe('fences.kind')}
          value={mine.kind}
          choices={KINDS.map((kind) => [kind, fe(`fences.${kind}`)] as const)}
          onChoose={chooseKind}
        />
      )}
      <p class="fence-hint">{hintOf(mine)}</p>
      <div class="buttons">
        <button
          type="button"
          class="button small"
          title="Ctrl-Z"
          disabled={!canUndo.value && points === 0}
          onClick={undoOne}
        >
          {fe('fences.undo')}
        </button>
        <button
          type="button"
          class="button small"
          title="Ctrl-Y"
          disabled={!canRedo.value && !isDrawing}
          onClick={redoOne}
        >
          {fe('fences.redo')}
        </button>
        {isLine && points > 1 && (
          <button type="button" class="button small" onClick={finishLine}>
            {fe('fences.finish')}
          </button>
        )}
        {mine.base === null && !isDrawing && (
          <button type="button" class="button small" onClick={() => startNew(mine.kind)}>
            {fe('fences.redraw')}
          </button>
        )}
      </div>
      {fault !== null && fault.kind !== 'radius' && (
        <p class="fault" role="alert">
          {shapeText(fault)}
        </p>
      )}
    </section>
  );
}

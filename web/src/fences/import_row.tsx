/** One feature of a file: what it would become, or what is wrong with it. */
import { type ImportRow, take } from './import.ts';
import { showShape } from './places.ts';
import { shapeText } from './save.ts';
import { fe } from './text.ts';
import { kindText, sizeText } from './words.ts';

export function nameOf({ sketch }: ImportRow, at: number): string {
  const kind = kindText(sketch.shape.kind);
  return sketch.name || fe('fences.importUnnamed', { kind, n: at + 1 });
}

function faultText({ fault, refusal }: ImportRow): string {
  if (fault === 'noShape') return fe('fences.importNoShape');
  if (fault === 'badCoordinates') return fe('fences.importBadCoordinates');
  return fault === null ? refusal : shapeText(fault);
}

export function ImportLine({ row, at }: { row: ImportRow; at: number }) {
  const name = nameOf(row, at);
  const fault = faultText(row);
  const size = row.isSized ? '' : ` · ${fe('fences.importSized')}`;
  return (
    <li class={fault === '' ? 'import-row' : 'import-row bad'}>
      <input
        type="checkbox"
        aria-label={fe('fences.importTake', { name })}
        checked={row.fault === null && row.isTaken}
        disabled={row.fault !== null || row.isStored}
        onChange={(event) => take(row, event.currentTarget.checked)}
      />
      <button
        type="button"
        class="bare grow"
        disabled={row.fault !== null}
        onClick={() => showShape(row.sketch.shape)}
      >
        <span>
          <b>{name}</b>
          {row.fault === null && <span class="under">{sizeText(row.sketch.shape) + size}</span>}
          {fault !== '' && <span class="fault">{fault}</span>}
        </span>
      </button>
      {row.isStored && <span class="import-done">{fe('fences.importDone')}</span>}
    </li>
  );
}

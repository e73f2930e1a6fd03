/** The star of a row: the mark of who looks. */
import { toggleFocus } from '../app/device.ts';
import { fleet, focus } from '../app/fleet.ts';
import { t } from '../i18n/text.ts';
import { Star } from '../parts/icon.tsx';

export function FocusButton({ slot }: { slot: number }) {
  const isMarked = focus.value.has(fleet.index[slot] as number);
  const name = fleet.texts.plate[slot] ?? '';
  return (
    <button
      type="button"
      class="bare star-button"
      tabIndex={-1}
      aria-pressed={isMarked}
      aria-label={t(isMarked ? 'table.unmark' : 'table.mark', { name })}
      onClick={(event) => {
        event.stopPropagation();
        void toggleFocus(slot);
      }}
    >
      <Star isFilled={isMarked} />
    </button>
  );
}

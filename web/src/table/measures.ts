/** How large the parts of the table are, in pixels. */
import { computed } from '@preact/signals';
import { columnsShown, widthOf } from '../app/columns.ts';
import { hasMap } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { isDense } from '../app/settings.ts';

export const HEADER_HEIGHT = 36;
const STAR_WIDTH = 36;
/** The column that takes what the others leave. */
const GROWS = 'place';

/** Rows of two lines, without columns: on a phone, and beside a map. */
export const isList = computed(() => isPhone.value || hasMap.value);

export function rowHeight(): number {
  if (isList.value) return 56;
  return isDense.value ? 28 : 32;
}

/** What the columns that stay cover of the others. */
export function fixedWidth(): number {
  if (isList.value) return 0;
  return columnsShown.value.slice(0, 2).reduce((sum, each) => sum + widthOf(each), STAR_WIDTH);
}

/** The widths of all columns, as properties of the rows; a list has none. */
export function gridStyle(): Record<string, string> {
  if (isList.value) return {};
  const columns = columnsShown.value;
  const widths = columns.map(widthOf);
  const hasGrowing = columns.some((column) => column.name === GROWS);
  const parts = columns.map(({ name }, at) =>
    name === GROWS ? `minmax(${widths[at]}px, 1fr)` : `${widths[at]}px`,
  );
  const width = widths.reduce((sum, each) => sum + each, STAR_WIDTH);
  return {
    '--grid': [`${STAR_WIDTH}px`, ...parts, hasGrowing ? '' : '1fr'].join(' '),
    '--second': `${STAR_WIDTH + (widths[0] ?? 0)}px`,
    minWidth: `${width}px`,
  };
}

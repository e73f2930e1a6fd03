/** Which rows of a long list are drawn: those in view, and some beside them. */
const BESIDE = 8;

export interface Window {
  from: number;
  to: number;
}

export function windowOf(
  scrolled: number,
  height: number,
  rowHeight: number,
  count: number,
): Window {
  const first = Math.floor(Math.max(0, scrolled) / rowHeight);
  const last = Math.ceil((Math.max(0, scrolled) + height) / rowHeight);
  return {
    from: Math.max(0, Math.min(count, first - BESIDE)),
    to: Math.max(0, Math.min(count, last + BESIDE)),
  };
}

/** How far to scroll so that a row is in view; null: it is. */
export function scrollFor(
  row: number,
  scrolled: number,
  height: number,
  rowHeight: number,
): number | null {
  const top = row * rowHeight;
  if (top < scrolled) return top;
  if (top + rowHeight > scrolled + height) return top + rowHeight - height;
  return null;
}

/** A name and a value, for a list of them; what is not known is left out. */
import type { ComponentChildren } from 'preact';

interface ValueProps {
  name: string;
  /** It comes later: its place is kept, so that nothing moves then. */
  isKept?: boolean;
  /** For the style sheets. */
  class?: string;
  children: ComponentChildren;
}

export function Value({ name, isKept = false, class: look, children }: ValueProps) {
  const isNothing = children === '' || children === null || children === undefined;
  if (isNothing && !isKept) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd class={look}>{isNothing ? '\u00a0' : children}</dd>
    </>
  );
}

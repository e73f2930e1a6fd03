/** A table that scrolls by itself, with the keys, too. */
import type { ComponentChildren } from 'preact';

export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <section
      class="set-scroll"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be reached by keys
      tabIndex={0}
    >
      {children}
    </section>
  );
}

/** A button with a panel below it. Escape, a click elsewhere, or the focus elsewhere closes it. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface PopoverProps {
  label: string;
  button: ComponentChildren;
  class?: string;
  /** Which edge of the button the panel keeps to. */
  side?: 'left' | 'right';
  /** Or what makes them, of what closes the panel. */
  children: ComponentChildren | ((close: () => void) => ComponentChildren);
}

export function Popover({
  label,
  button,
  class: look = 'button',
  side = 'left',
  children,
}: PopoverProps) {
  const isOpen = useSignal(false);
  const host = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    isOpen.value = false;
    opener.current?.focus();
  };

  // at once: who is fast clicks elsewhere before the panel was painted
  useLayoutEffect(() => {
    if (!isOpen.value) return;
    const closeElsewhere = (event: Event) => {
      if (!host.current?.contains(event.target as Node)) isOpen.value = false;
    };
    const closeByKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    };
    document.addEventListener('pointerdown', closeElsewhere);
    document.addEventListener('focusin', closeElsewhere);
    document.addEventListener('keydown', closeByKey, true);
    return () => {
      document.removeEventListener('pointerdown', closeElsewhere);
      document.removeEventListener('focusin', closeElsewhere);
      document.removeEventListener('keydown', closeByKey, true);
    };
  }, [isOpen.value]);

  return (
    <div class="popover" ref={host}>
      <button
        type="button"
        ref={opener}
        class={look}
        aria-label={label}
        title={label}
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {button}
      </button>
      {isOpen.value && (
        <div class={`panel ${side}`} role="group" aria-label={label}>
          {typeof children === 'function' ? children(close) : children}
        </div>
      )}
    </div>
  );
}

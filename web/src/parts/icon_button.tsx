/** A button that is an icon alone; its label is read aloud, and shown by the pointer. */
import type { ComponentChildren } from 'preact';

interface IconButtonProps {
  label: string;
  off?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}

export function IconButton({ label, off = false, onClick, children }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      disabled={off}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

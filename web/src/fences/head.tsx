/** The line at the top of the geofences: where one is, and the way back. */
import type { ComponentChildren } from 'preact';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';

interface HeadProps {
  title: string;
  /** What the way back leads to. */
  back: string;
  onBack: () => void;
  children?: ComponentChildren;
}

export function Head({ title, back, onBack, children }: HeadProps) {
  return (
    <div class="list-head">
      <IconButton label={back} onClick={onBack}>
        <Icon name="left" />
      </IconButton>
      <h1>{title}</h1>
      {children}
    </div>
  );
}

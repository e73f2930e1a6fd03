/** The buttons at the left of the player: play and pause, a fix back, a fix on. */
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { isPlaying, played, stepFix, togglePlay } from './play.ts';

export function PlayButton() {
  const isOn = isPlaying.value;
  const label = t(isOn ? 'history.pause' : 'history.play');
  return (
    <button
      type="button"
      class="play-button"
      aria-label={label}
      title={label}
      disabled={played.value === null}
      onClick={togglePlay}
    >
      <Icon name={isOn ? 'pause' : 'play'} />
    </button>
  );
}

/** A fix back, a fix on. */
export function FixSteps() {
  const steps = [
    ['left', t('history.fixBefore'), -1],
    ['right', t('history.fixAfter'), 1],
  ] as const;
  return (
    <span class="fix-steps">
      {steps.map(([icon, label, step]) => (
        <button
          type="button"
          key={icon}
          class="icon-button fix-step"
          aria-label={label}
          title={label}
          onClick={() => stepFix(step)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </span>
  );
}

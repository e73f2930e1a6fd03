/** The first steps with the demonstration fleet, docked below the pages: it covers nothing. */
import { dismissSteps, type StepName, steps, stepsAreShown } from '../app/first_steps.ts';
import { isPhone } from '../app/screen.ts';
import { type TextKey, t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';

interface StepProps {
  name: StepName;
  isDone: boolean;
  place: number;
  begin: () => void;
}

/** A click leaves the keys to the page that it leads to: Space plays there. */
function onClick(event: MouseEvent, begin: () => void): void {
  if (event.detail > 0) (event.currentTarget as HTMLElement).blur();
  begin();
}

function Step({ name, isDone, place, begin }: StepProps) {
  return (
    <li class={isDone ? 'first-step done' : 'first-step'}>
      <button type="button" class="bare" onClick={(event) => onClick(event, begin)}>
        <span class="first-mark">{isDone ? <Icon name="check" size={16} /> : place + 1}</span>
        <span>{t(`steps.${name}` as TextKey)}</span>
        {isDone && <span class="unseen">{t('steps.isDone')}</span>}
      </button>
    </li>
  );
}

export function FirstSteps() {
  if (!stepsAreShown.value) return null;
  const all = steps.value;
  const done = all.filter(({ isDone }) => isDone).length;
  const next = all.findIndex(({ isDone }) => !isDone);
  const offered = isPhone.value ? all.filter((_, place) => place === next) : all;
  return (
    <section class="first-steps" aria-label={t('steps.title')}>
      <p class="first-title">
        <b>{t('steps.title')}</b> <span>{t('steps.count', { n: done, all: all.length })}</span>
      </p>
      {next < 0 && isPhone.value && <p class="first-over">{t('steps.over')}</p>}
      <ol>
        {offered.map((step) => (
          <Step
            key={step.name}
            name={step.name}
            isDone={step.isDone}
            place={all.indexOf(step)}
            begin={step.begin}
          />
        ))}
      </ol>
      {next < 0 && !isPhone.value && <p class="first-over">{t('steps.over')}</p>}
      <IconButton label={t('steps.dismiss')} onClick={dismissSteps}>
        <Icon name="close" />
      </IconButton>
    </section>
  );
}

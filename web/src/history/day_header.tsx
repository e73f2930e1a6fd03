/** Which days are shown, and the steps to others. */

import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { Popover } from '../parts/popover.tsx';
import { Calendar } from './calendar.tsx';
import { chosenDays, stepDays, today } from './chosen.ts';
import { dayName } from './format.ts';

function daysText(): string {
  const { from, to } = chosenDays.value;
  if (from !== to) return `${dayName(from)} – ${dayName(to)}`;
  return dayName(from);
}

export function DayHeader() {
  const { to } = chosenDays.value;
  return (
    <div class="day-header">
      <IconButton label={`${t('history.previous')} (p)`} onClick={() => stepDays(-1)}>
        <Icon name="left" />
      </IconButton>
      <Popover
        label={`${daysText()}: ${t('history.calendar')}`}
        class="button day-button"
        button={
          <>
            <span class="day-text">{daysText()}</span>
            <Icon name="down" size={16} />
          </>
        }
      >
        <Calendar />
      </Popover>
      <IconButton
        label={`${t('history.next')} (n)`}
        off={to >= today.value}
        onClick={() => stepDays(1)}
      >
        <Icon name="right" />
      </IconButton>
    </div>
  );
}

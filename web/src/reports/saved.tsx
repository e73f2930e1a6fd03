/** Reports that were kept: one click asks for them again. */
import { say } from '../app/notice.ts';
import { rt } from '../i18n/reports.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { runsByItself } from './asked.ts';
import { run } from './run.ts';
import {
  forgetSaved,
  isShown,
  kindOf,
  openSaved,
  type SavedReport,
  type SaveFault,
  saved,
  savedFailed,
} from './saved.ts';
import { mayPlan, planPage } from './schedules.ts';

export function faultText(fault: SaveFault): string {
  return fault === '' ? '' : rt(fault === 'full' ? 'report.savedFull' : 'report.saveFailed');
}

async function drop(name: string): Promise<void> {
  const fault = await forgetSaved(name);
  if (fault !== '') say(faultText(fault));
}

function Line({ one }: { one: SavedReport }) {
  return (
    <li class="saved-line">
      <button
        type="button"
        class="menu-item"
        aria-pressed={isShown(one)}
        onClick={() => {
          openSaved(one);
          if (!runsByItself.peek()) run();
        }}
      >
        <span class="grow">{one.name}</span>
        <span class="under">{rt(`report.kind.${kindOf(one)}`)}</span>
      </button>
      {mayPlan() && (
        <IconButton
          label={rt('report.plan', { name: one.name })}
          onClick={() => {
            planPage.value = { kind: 'new', of: one };
          }}
        >
          <Icon name="schedule" size={16} />
        </IconButton>
      )}
      <IconButton
        label={rt('report.forget', { name: one.name })}
        onClick={() => void drop(one.name)}
      >
        <Icon name="close" size={16} />
      </IconButton>
    </li>
  );
}

export function Saved() {
  if (savedFailed.value) return <p class="under">{rt('report.savedUnread')}</p>;
  if (saved.value.length === 0 && !mayPlan()) return null;
  return (
    <fieldset class="ask">
      <legend>{rt('report.saved')}</legend>
      <ul class="saved-list">
        {saved.value.map((one) => (
          <Line key={one.name} one={one} />
        ))}
      </ul>
      {mayPlan() && (
        <button
          type="button"
          class="bare link"
          onClick={() => {
            planPage.value = { kind: 'list' };
          }}
        >
          {rt('report.plans')}
        </button>
      )}
    </fieldset>
  );
}

/** The button that reads the report, with how much that is, and how far it has come. */
import { isPhone } from '../app/screen.ts';
import { rt } from '../i18n/reports.ts';
import { days, kind, question, vehicleCount } from './asked.ts';
import { cancel, isStarting, report, run, waitsForRun } from './run.ts';
import { panelIsOpen } from './view.ts';
import { estimateText } from './words.ts';

export function Progress() {
  const shown = report.value;
  const isReading = isStarting.value || shown?.state === 'reading';
  if (!isReading) return null;
  const n = isStarting.value ? vehicleCount.value : (shown?.asked.ids.length ?? 0);
  const done = isStarting.value ? 0 : (shown?.done ?? 0);
  return (
    <div class="report-progress" role="status">
      <progress max={Math.max(1, n)} value={done} aria-label={rt('report.reading', { done, n })} />
      <span>{rt('report.reading', { done, n })}</span>
      <button type="button" class="button small" onClick={cancel}>
        {rt('report.cancel')}
      </button>
    </div>
  );
}

/** On a phone the report is behind what is asked for: the button shows it. */
function go(isNew: boolean): void {
  panelIsOpen.value = false;
  if (isNew || !isPhone.peek()) run();
}

export function RunBox() {
  if (question.value === '') return null;
  const isNew = waitsForRun.value;
  const n = vehicleCount.value;
  const estimate =
    kind.value === 'latest' ? rt('report.count', { n }) : estimateText(n, days.value);
  return (
    <div class="run-box">
      <span class="under">{estimate}</span>
      <button
        type="button"
        class={isNew ? 'button primary wide' : 'button wide'}
        onClick={() => go(isNew)}
      >
        {rt(isNew ? 'report.run' : isPhone.value ? 'report.show' : 'report.again')}
      </button>
    </div>
  );
}

/** Where texts speak of Run: on a phone its own button is in the panel, which is closed. */
export function RunHere() {
  if (!isPhone.value || panelIsOpen.value) return null;
  return (
    <button type="button" class="button primary" onClick={run}>
      {rt('report.run')}
    </button>
  );
}

/** It is large, and waits for the reader. */
export function Ready() {
  return (
    <div class="report-empty">
      <h2>{rt('report.ready')}</h2>
      <p class="under">{rt('report.readyText')}</p>
      <RunHere />
    </div>
  );
}

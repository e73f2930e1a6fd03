/** What there is to do with a report: keep it, print it, show its bars. */
import { isPhone } from '../app/screen.ts';
import { rt } from '../i18n/reports.ts';
import { Icon } from '../parts/icon.tsx';
import { question } from './asked.ts';
import { FileMenu } from './files.tsx';
import { printReport } from './print.ts';
import { report } from './run.ts';
import { isNaming } from './save_dialog.tsx';
import { chartIsShown, toggleChart } from './view.ts';

export function Tools() {
  const shown = report.value;
  const hasRows = shown !== null && shown.rows.length > 0;
  const canChart = hasRows && shown.asked.kind !== 'latest' && !isPhone.value;
  const isAsked = question.value !== '';
  return (
    <div class="report-tools">
      {canChart && (
        <button
          type="button"
          class="icon-button"
          aria-label={rt('report.chartHide')}
          title={rt('report.chartHide')}
          aria-pressed={chartIsShown.value}
          onClick={toggleChart}
        >
          <Icon name="chart" />
        </button>
      )}
      {isAsked && (
        <button
          type="button"
          class="button quiet-button"
          onClick={() => {
            isNaming.value = true;
          }}
        >
          {rt('report.save')}
        </button>
      )}
      {hasRows && (
        <button type="button" class="button quiet-button" onClick={printReport}>
          {rt('report.print')}
        </button>
      )}
      <FileMenu canMake={isAsked} />
    </div>
  );
}

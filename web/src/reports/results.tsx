/** The right side of the reports: what was found, added up, as bars and as a table. */
import { isPhone } from '../app/screen.ts';
import { rt } from '../i18n/reports.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { choice, runsByItself, vehicleCount } from './asked.ts';
import { Bars } from './chart_view.tsx';
import { isNobody } from './choice.ts';
import { Detail } from './detail.tsx';
import { cellText, titleOf } from './format.ts';
import { isStarting, type Report, ROWS_MAX, report, run, startFault, waitsForRun } from './run.ts';
import { Progress, Ready, RunHere } from './run_box.tsx';
import { totalsOf } from './sums.ts';
import { ReportTable } from './table.tsx';
import { Tools } from './tools.tsx';
import { chartIsShown, panelIsOpen, rowChosen } from './view.ts';
import { daysText, searchedText, titleText, vehiclesText } from './words.ts';

function Totals({ shown }: { shown: Report }) {
  const totals = totalsOf(shown.asked.kind, shown.rows);
  return (
    <dl class="report-totals">
      <div>
        <dt>{rt('report.chartRows')}</dt>
        <dd>{rt('report.rows', { n: shown.rows.length })}</dd>
      </div>
      {totals.map(({ column, value }) => (
        <div key={column.name}>
          <dt>{titleOf(column)}</dt>
          <dd>{cellText(column, value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Fault({ text }: { text: string }) {
  return (
    <p class="report-note fault" role="alert">
      {text}
      <button type="button" class="button small" onClick={run}>
        {t('start.retry')}
      </button>
    </p>
  );
}

/** What the reader has to know of what is shown. */
function Notes({ shown }: { shown: Report }) {
  const { state, done, asked, fault } = shown;
  const progress = { done, n: asked.ids.length };
  return (
    <>
      {state === 'failed' && (
        <Fault text={rt('report.failedLater', { ...progress, why: fault || t('drawer.failed') })} />
      )}
      {state === 'cancelled' && <p class="report-note">{rt('report.cancelled', progress)}</p>}
      {shown.isCut && <p class="report-note">{rt('report.cut')}</p>}
      {shown.isFull && <p class="report-note">{rt('report.full', { n: ROWS_MAX })}</p>}
      {waitsForRun.value && state !== 'reading' && !isStarting.value && (
        <p class="report-note plain">
          {rt('report.old')}
          <RunHere />
        </p>
      )}
    </>
  );
}

function Empty({ shown }: { shown: Report }) {
  return (
    <div class="report-empty" role="status">
      <h2>{rt(`report.empty.${shown.asked.kind}`)}</h2>
      <p class="under">{searchedText(shown.asked)}</p>
    </div>
  );
}

function Nothing() {
  if (isStarting.value) return null;
  const hasNobody = isNobody(choice.value);
  const isGone = !hasNobody && vehicleCount.value === 0;
  if (!hasNobody && !isGone) return waitsForRun.value && !runsByItself.value ? <Ready /> : null;
  return (
    <div class="report-empty">
      <h2>{rt('report.choose')}</h2>
      <p class="under">{rt(isGone ? 'report.noneOfThem' : 'report.chooseText')}</p>
    </div>
  );
}

function Head({ shown }: { shown: Report | null }) {
  return (
    <header class="report-top">
      <div class="grow">
        <h2>{shown === null ? t('page.reports') : titleText(shown.asked)}</h2>
        {shown !== null && (
          <span class="under">
            {vehiclesText(shown.asked)}
            {shown.asked.kind !== 'latest' && ` · ${daysText(shown.asked)}`}
            {` · ${rt('report.zone', { zone: shown.asked.zone })}`}
          </span>
        )}
      </div>
      {isPhone.value && (
        <button
          type="button"
          class="button quiet-button"
          aria-expanded={panelIsOpen.value}
          onClick={() => {
            panelIsOpen.value = true;
          }}
        >
          <Icon name="sort" size={16} /> {rt('report.change')}
        </button>
      )}
      <Tools />
    </header>
  );
}

export function Results() {
  const shown = report.value;
  const hasRows = shown !== null && shown.rows.length > 0;
  const isFaded = isStarting.value && shown !== null;
  const isTight = isPhone.value && rowChosen.value !== null; // the map has a part of it
  return (
    <section class={isFaded ? 'report-results waits' : 'report-results'} aria-busy={isFaded}>
      <Head shown={shown} />
      <Progress />
      {startFault.value !== null && (
        <Fault text={rt('report.failed', { why: startFault.value || t('drawer.failed') })} />
      )}
      {shown !== null && <Notes shown={shown} />}
      {shown === null && <Nothing />}
      {shown !== null && !hasRows && shown.state === 'done' && <Empty shown={shown} />}
      {hasRows && (
        <>
          {!isTight && <Totals shown={shown} />}
          {!isTight && chartIsShown.value && shown.asked.kind !== 'latest' && (
            <Bars shown={shown} />
          )}
          <ReportTable shown={shown} />
          <Detail shown={shown} />
        </>
      )}
    </section>
  );
}

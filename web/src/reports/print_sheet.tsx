/**
 * A report on A4, across. The head of the sheet stands on the first page, that of the table on each
 * one, and the margin has enterprise, period, zone and the number of the page: browsers write
 * those where they know how to.
 */

import { now } from '../app/fleet.ts';
import { me } from '../app/session.ts';
import { dateTime } from '../i18n/format.ts';
import { rt } from '../i18n/reports.ts';
import { cellText, titleOf } from './format.ts';
import { COLUMNS, isNumber } from './kinds.ts';
import { isPrinting } from './print.ts';
import { type Report, report } from './run.ts';
import { totalsOf } from './sums.ts';
import { order } from './view.ts';
import { daysText, titleText, vehiclesText } from './words.ts';

/** A browser prints so many before it gives up; files have all. */
const ROWS_MAX = 5000;

/** What stands in the margin of every page. */
function marginText({ asked }: Report): string {
  const days = asked.kind === 'latest' ? dateTime(now.peek()) : daysText(asked);
  const parts = [
    me.value?.HoldName,
    titleText(asked),
    days,
    rt('report.zone', { zone: asked.zone }),
  ];
  return parts.filter(Boolean).join(' · ');
}

function Rows({ shown }: { shown: Report }) {
  const columns = COLUMNS[shown.asked.kind];
  return (
    <table class="report-print-table">
      <thead>
        <tr>
          <th colSpan={columns.length} class="report-print-margin">
            {marginText(shown)}
          </th>
        </tr>
        <tr>
          {columns.map((column) => (
            <th key={column.name} class={isNumber(column) ? 'number' : ''}>
              {titleOf(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...order.value.subarray(0, ROWS_MAX)].map((at) => (
          <tr key={at}>
            {columns.map((column, i) => (
              <td key={column.name} class={isNumber(column) ? 'number' : ''}>
                {cellText(column, shown.rows[at]?.cells[i] ?? null)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function PrintSheet() {
  const shown = report.value;
  if (!isPrinting.value || shown === null) return null;
  const totals = totalsOf(shown.asked.kind, shown.rows);
  return (
    <section class="print-sheet report-sheet" aria-hidden="true">
      <h1>{titleText(shown.asked)}</h1>
      <p>{vehiclesText(shown.asked)}</p>
      <p>
        {[
          rt('report.rows', { n: shown.rows.length }),
          ...totals.map(({ column, value }) => `${titleOf(column)} ${cellText(column, value)}`),
        ].join(' · ')}
      </p>
      {shown.rows.length > ROWS_MAX && <p>{rt('report.printFull', { n: ROWS_MAX })}</p>}
      <Rows shown={shown} />
    </section>
  );
}

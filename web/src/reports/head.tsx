/** The head of the table: a click sorts by a column, rising, falling, and as it came. */
import { rt } from '../i18n/reports.ts';
import { Icon } from '../parts/icon.tsx';
import { titleOf } from './format.ts';
import { type Column, isApart, isNumber } from './kinds.ts';
import { sort, sortByColumn } from './view.ts';

export function Head({ columns }: { columns: readonly Column[] }) {
  return (
    <div class="report-row report-head" role="row" aria-rowindex={1}>
      {columns.map((column, at) => {
        if (!isApart(column)) return null;
        const isSorted = sort.value.column === at;
        const order = !isSorted ? 'none' : sort.value.falls ? 'descending' : 'ascending';
        const name = titleOf(column);
        return (
          <div
            key={column.name}
            class={isNumber(column) ? 'cell number' : 'cell'}
            role="columnheader"
            aria-sort={order}
          >
            <button
              type="button"
              class="bare sort-button"
              title={rt('report.sortBy', { name })}
              onClick={() => sortByColumn(at)}
            >
              <span class="value">{name}</span>
              {isSorted && <Icon name={sort.value.falls ? 'down' : 'up'} size={16} />}
            </button>
          </div>
        );
      })}
    </div>
  );
}

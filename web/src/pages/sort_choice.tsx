/** By what the list is sorted, where it has no head to click on. */

import { columnOf } from '../app/columns.ts';
import { sort } from '../app/list.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { sortBy } from '../table/header.tsx';

const OFFERED = ['plate', 'state', 'since', 'speed', 'age', 'km', 'group'];

export function SortChoice() {
  return (
    <div class="menu-list">
      {OFFERED.map(columnOf).map((column) => {
        if (!column) return null;
        const isChosen = sort.value.column?.name === column.name;
        return (
          <button
            type="button"
            class="menu-item"
            key={column.name}
            aria-pressed={isChosen}
            onClick={() => sortBy(column.name)}
          >
            <span class="grow">{t(column.title)}</span>
            {isChosen && <Icon name={sort.value.falls ? 'down' : 'up'} size={16} />}
          </button>
        );
      })}
    </div>
  );
}

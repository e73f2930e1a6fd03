/** The head of a column: a press sorts by it, rising, falling, and as the server has it. */
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import type { Entity } from './entity.ts';
import { listOf, sortList } from './lists.ts';

export function SortHead({ entity, at }: { entity: Entity; at: number }) {
  const { column, falls } = listOf(entity.name).value.sort;
  const name = entity.columns[at]?.label() ?? '';
  const order = column !== at ? 'none' : falls ? 'descending' : 'ascending';
  return (
    <th scope="col" aria-sort={order}>
      <button
        type="button"
        class="bare sort-button"
        title={t('table.sortBy', { name })}
        onClick={() => sortList(entity, at)}
      >
        {name}
        {column === at && <Icon name={falls ? 'down' : 'up'} size={16} />}
      </button>
    </th>
  );
}

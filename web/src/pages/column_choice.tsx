/** Which columns the table has, and in which order. */

import {
  columnsOffered,
  columnsShown,
  moveColumn,
  resetColumns,
  toggleColumn,
} from '../app/columns.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';

export function ColumnChoice() {
  const on = columnsShown.value;
  const off = columnsOffered.value.filter((column) => !on.includes(column));
  return (
    <div class="column-choice">
      {[...on, ...off].map((column) => {
        const name = t(column.title);
        const isOn = on.includes(column);
        return (
          <div class="column-line" key={column.name}>
            <label>
              <input type="checkbox" checked={isOn} onChange={() => toggleColumn(column.name)} />{' '}
              {name}
            </label>
            {isOn && (
              <>
                <Mover
                  label={t('table.columnUp', { name })}
                  icon="up"
                  name={column.name}
                  step={-1}
                />
                <Mover
                  label={t('table.columnDown', { name })}
                  icon="down"
                  name={column.name}
                  step={1}
                />
              </>
            )}
          </div>
        );
      })}
      <button type="button" class="menu-item" onClick={resetColumns}>
        <Icon name="refresh" size={16} /> {t('table.columnsReset')}
      </button>
    </div>
  );
}

interface MoverProps {
  label: string;
  icon: 'up' | 'down';
  name: string;
  step: number;
}

function Mover({ label, icon, name, step }: MoverProps) {
  return (
    <button
      type="button"
      class="bare"
      aria-label={label}
      title={label}
      onClick={() => moveColumn(name, step)}
    >
      <Icon name={icon} size={16} />
    </button>
  );
}

/** The row that the map shows, in words: what it is, where, and the way to its history. */
import { copy } from '../app/clipboard.ts';
import { hasHistory, openSpan } from '../app/history.ts';
import { mapIsImpossible } from '../app/page.ts';
import { dateTime } from '../i18n/format.ts';
import { rt } from '../i18n/reports.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { COLUMNS } from './kinds.ts';
import { wayFailed } from './on_map.ts';
import { positionText } from './rows.ts';
import type { Report } from './run.ts';
import { chooseRow, rowChosen } from './view.ts';

export function Detail({ shown }: { shown: Report }) {
  const row = rowChosen.value;
  if (row === null) return null;
  const places = COLUMNS[shown.asked.kind].flatMap(({ cell }, at) =>
    cell === 'place' && row.cells[at] !== null ? [String(row.cells[at])] : [],
  );
  const position = positionText(row.lon, row.lat);
  const times = [...new Set([row.fromS, row.toS])].filter((at) => !Number.isNaN(at)).map(dateTime);
  return (
    <section class="report-detail" aria-label={row.plate}>
      <div class="grow">
        <b>{row.plate}</b> <span>{times.join(' – ')}</span>
        <span class="under">
          {[...places, position ?? rt('report.noPosition')].join(' · ')}
          {position !== null && (
            <button
              type="button"
              class="bare inline"
              aria-label={t('map.copy', { position })}
              title={t('map.copy', { position })}
              onClick={() => void copy(String(position))}
            >
              <Icon name="copy" size={16} />
            </button>
          )}
        </span>
        {wayFailed.value && <span class="fault">{rt('report.wayFailed')}</span>}
        {mapIsImpossible.value && <span class="hint">{t('map.impossible')}</span>}
      </div>
      {hasHistory() && times.length > 0 && (
        <button
          type="button"
          class="button small"
          onClick={() => openSpan(row.id, dateTime(row.fromS), dateTime(row.toS), row.fromS)}
        >
          {rt('report.inHistory')}
        </button>
      )}
      <IconButton label={rt('report.close')} onClick={() => chooseRow(null)}>
        <Icon name="close" />
      </IconButton>
    </section>
  );
}

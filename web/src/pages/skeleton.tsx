/** What stands in the list's place until the first vehicles are there. */
import { t } from '../i18n/text.ts';

const ROWS = Array.from({ length: 20 }, (_, row) => row);

export function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label={t('table.loading')}>
      {ROWS.map((row) => (
        <div class="skeleton-row" key={row}>
          <i />
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}

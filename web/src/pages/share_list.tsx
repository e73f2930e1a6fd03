/** The active links, each with what ends it. */
import { useSignal } from '@preact/signals';
import { shortTime } from '../app/shared.ts';
import { endShare, type ShareRow, shares } from '../app/shares.ts';
import { t } from '../i18n/text.ts';

const NAMES_MAX = 2;

function namesOf({ VehicleNums }: ShareRow): string {
  const names = VehicleNums.slice(0, NAMES_MAX).join(', ');
  const n = VehicleNums.length - NAMES_MAX;
  return n > 0 ? t('share.more', { names, n }) : names;
}

interface Told {
  /** Hears of a link that was ended here. */
  onEnded: (id: number) => void;
}

function Link({ row, onEnded }: { row: ShareRow } & Told) {
  const isBusy = useSignal(false);
  const name = namesOf(row);
  const about = [
    t('share.rowUntil', { time: shortTime(row.Until ?? '') }),
    row.CreatedBy ? t('share.rowBy', { name: row.CreatedBy }) : '',
    row.History ? t('share.rowHistory') : '',
  ];
  return (
    <li class="share-row">
      <span class="grow">
        <b>{name}</b>
        <span class="under">{about.filter(Boolean).join(' · ')}</span>
      </span>
      <button
        type="button"
        class="button small"
        aria-label={t('share.endLabel', { name })}
        disabled={isBusy.value}
        onClick={async () => {
          isBusy.value = true;
          if (await endShare(row)) onEnded(row.ShareID);
          isBusy.value = false;
        }}
      >
        {t('share.end')}
      </button>
    </li>
  );
}

export function ShareList({ onEnded }: Told) {
  const rows = shares.value;
  if (rows === 'loading') return null;
  return (
    <section class="share-links" aria-label={t('share.active')}>
      <h3>{t('share.active')}</h3>
      {rows === 'failed' && <p class="fault">{t('share.listFailed')}</p>}
      {rows.length === 0 && <p class="under">{t('share.noneActive')}</p>}
      {typeof rows !== 'string' && rows.length > 0 && (
        <ul>
          {rows.map((row) => (
            <Link key={row.ShareID} row={row} onEnded={onEnded} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** What is printed of a history, on A4; on the screen it is not there. */
import { useEffect, useRef } from 'preact/hooks';
import { zone } from '../i18n/choice.ts';
import { distance } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { attribution } from '../map/base.ts';
import { plateOf } from './chosen.ts';
import { whatOf } from './entries.tsx';
import { clockText, dayName, lengthText } from './format.ts';
import { type History, history } from './history.ts';
import { mapPicture } from './print.ts';
import { TotalsText } from './totals.tsx';

function Picture() {
  const host = useRef<HTMLDivElement>(null);
  const picture = mapPicture.value;
  useEffect(() => {
    if (picture) host.current?.replaceChildren(picture);
  }, [picture]);
  return <div class="print-map" ref={host} role="img" aria-label={t('history.printMap')} />;
}

function Table({ shown }: { shown: History }) {
  const hasDate = shown.from !== shown.to;
  const isOne = shown.ids.length === 1;
  return (
    <table class="print-table">
      <thead>
        <tr>
          <th>{t('history.printTime')}</th>
          {!isOne && <th>{t('column.plate')}</th>}
          <th>{t('history.printWhat')}</th>
          <th class="number">{t('history.printKm')}</th>
          <th class="number">{t('history.printLength')}</th>
        </tr>
      </thead>
      <tbody>
        {shown.entries.map((entry) => (
          <tr key={`${entry.id} ${entry.kind} ${entry.fromS} ${entry.alarm}`}>
            <td>{`${clockText(entry.fromS, hasDate)} – ${clockText(entry.toS, hasDate)}`}</td>
            {!isOne && <td>{plateOf(entry.id)}</td>}
            <td>{whatOf(entry)}</td>
            <td class="number">{entry.kind === 'trip' && distance(entry.km)}</td>
            <td class="number">{lengthText(entry.toS - entry.fromS)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function PrintSheet() {
  const shown = history.value;
  if (shown === null) return null;
  const names = shown.ids.map(plateOf).join(', ');
  const days = shown.from === shown.to ? [shown.from] : [shown.from, shown.to];
  return (
    <section class="print-sheet" aria-hidden="true">
      <h1>{t('history.printTitle', { name: names })}</h1>
      <p>
        {days.map(dayName).join(' – ')} · {t('history.printZone', { zone: zone.value })}
      </p>
      <Picture />
      <p class="print-source">{attribution.value}</p>
      <TotalsText shown={shown} />
      <Table shown={shown} />
    </section>
  );
}

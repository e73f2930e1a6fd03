/** The menu of files and of printing. */
import { readAddress, writeAddress } from '../app/address.ts';
import { isPhone } from '../app/screen.ts';
import { mayShare, openSharing } from '../app/shares.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';
import { chosenDays, plateOf } from './chosen.ts';
import { exportTrack, FORMATS, type Format } from './export.ts';
import { type History, history } from './history.ts';
import { printHistory } from './print.ts';

const NAMES: Record<Format, string> = { gpx: 'GPX', kml: 'KML', csv: 'CSV', geojson: 'GeoJSON' };

function Files({ shown, id }: { shown: History; id: string }) {
  return (
    <>
      {shown.ids.length > 1 && <p class="menu-head">{plateOf(id)}</p>}
      {FORMATS.map((format) => (
        <button
          type="button"
          class="menu-item"
          key={format}
          onClick={() => void exportTrack(shown, id, format)}
        >
          {NAMES[format]}
        </button>
      ))}
    </>
  );
}

/** The address of these days, for who opens the link. */
function daysQuery({ ids }: History): string {
  const [sel = '', ...also] = ids;
  const days = { ...chosenDays.value, also: also.join(',') };
  return writeAddress({ ...readAddress(''), page: 'history', sel, ...days });
}

export function ExportMenu() {
  const shown = history.value;
  if (shown === null) return null;
  const button = isPhone.value ? <Icon name="download" /> : t('history.export');
  return (
    <Popover
      label={t('history.export')}
      class={isPhone.value ? 'icon-button' : 'button quiet-button'}
      side="right"
      button={button}
    >
      {shown.ids.map((id) => (
        <Files key={id} shown={shown} id={id} />
      ))}
      <button type="button" class="menu-item" onClick={printHistory}>
        {t('history.print')}
      </button>
      {mayShare.value && (
        <button
          type="button"
          class="menu-item"
          onClick={() => openSharing(shown.ids, daysQuery(shown))}
        >
          {t('share.shareHistory')}
        </button>
      )}
    </Popover>
  );
}

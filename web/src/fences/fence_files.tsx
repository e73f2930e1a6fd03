/** What may be done with files of geofences. */
import { go } from '../app/navigation.ts';
import { count } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';
import type { FenceRow } from './draft.ts';
import { exportFences } from './files.ts';
import { fe } from './text.ts';

export function Files({ mayDraw, rows }: { mayDraw: boolean; rows: readonly FenceRow[] }) {
  return (
    <Popover
      label={fe('fences.export')}
      class="icon-button"
      side="right"
      button={<Icon name="download" />}
    >
      {(close) => (
        <>
          {mayDraw && (
            <button type="button" class="menu-item" onClick={() => go({ fence: 'import' })}>
              {fe('fences.import')}
            </button>
          )}
          {(['geojson', 'kml'] as const).map((format) => (
            <button
              type="button"
              class="menu-item"
              key={format}
              disabled={rows.length === 0}
              onClick={() => {
                close();
                void exportFences(rows, format);
              }}
            >
              {`${fe('fences.export')}: ${format === 'kml' ? 'KML' : 'GeoJSON'} (${count(rows.length)})`}
            </button>
          ))}
        </>
      )}
    </Popover>
  );
}

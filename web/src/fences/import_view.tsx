/** A file of geofences: what is in it, what is wrong with which, and storing the good ones. */
import { useEffect } from 'preact/hooks';
import { go } from '../app/navigation.ts';
import { pressByEnter } from '../parts/file_key.ts';
import { FEATURES_MAX } from './features.ts';
import { FILE_MAX_MB } from './files.ts';
import { Head } from './head.tsx';
import * as from from './import.ts';
import { ImportLine, nameOf } from './import_row.tsx';
import { fe } from './text.ts';

/** Of what the file does not say. */
function Size({ text, of }: { text: string; of: typeof from.radiusM }) {
  return (
    <label>
      {text}
      <input
        type="number"
        min="1"
        max="500000"
        value={of.value}
        disabled={from.isStoring.value}
        onInput={(event) => {
          of.value = Number(event.currentTarget.value);
          from.readRows();
        }}
      />
    </label>
  );
}

function Found() {
  const all = from.rows.value.length;
  const n = from.good.value.length;
  const isBusy = from.isStoring.value;
  const done = from.stored.value;
  if (all === 0) return null;
  const isRest = done > 0 && n > 0;
  return (
    <>
      <p class="import-counts" role="status">
        {done > 0 || isBusy
          ? fe('fences.importProgress', { done, all })
          : fe('fences.importCounts', { good: n, all })}
        {from.hasMore.value && ` ${fe('fences.importMany', { n: FEATURES_MAX })}`}
      </p>
      <ul class="fence-rows">
        {from.rows.value.map((row, at) => (
          <ImportLine key={row.requestId} row={row} at={at} />
        ))}
      </ul>
      <div class="buttons fence-buttons">
        {isBusy ? (
          <button type="button" class="button" onClick={from.stop}>
            {fe('fences.importStop')}
          </button>
        ) : (
          n > 0 && (
            <button type="button" class="button primary" onClick={() => void from.store(nameOf)}>
              {isRest ? fe('fences.importAgain') : fe('fences.importNow', { n })}
            </button>
          )
        )}
      </div>
    </>
  );
}

export function ImportView() {
  useEffect(() => from.leave, []);
  const fault = from.fileFault.value;
  const texts = {
    tooLarge: fe('fences.importTooLarge', { n: FILE_MAX_MB }),
    noFile: fe('fences.importNoFile'),
    empty: fe('fences.importEmpty'),
  };
  return (
    <>
      <Head
        title={fe('fences.importTitle')}
        back={fe('fences.toList')}
        onBack={() => go({ fence: 'list' })}
      />
      <div class="fence-body">
        <section class="fence-part fence-fields">
          <p class="fence-hint">{fe('fences.importText')}</p>
          <label for="fence-file">{fe('fences.importFile')}</label>
          <input
            id="fence-file"
            type="file"
            accept=".geojson,.json,.kml,application/geo+json"
            disabled={from.isStoring.value}
            onKeyDown={pressByEnter}
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              if (file) void from.openFile(file);
            }}
          />
          {fault !== null && (
            <p class="fault" role="alert">
              {texts[fault]}
            </p>
          )}
          <div class="import-sizes">
            <Size text={fe('fences.importRadius')} of={from.radiusM} />
            <Size text={fe('fences.importWidth')} of={from.widthM} />
          </div>
        </section>
        <Found />
      </div>
    </>
  );
}

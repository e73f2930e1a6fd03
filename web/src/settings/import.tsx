/** Many devices from a file: the file is chosen, looked at line by line, mended, and sent. */
import { useSignal } from '@preact/signals';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { pressByEnter } from '../parts/file_key.ts';
import { Icon } from '../parts/icon.tsx';
import { exportExample, exportLines } from './export.ts';
import * as files from './import.ts';
import { SheetLines } from './sheet_lines.tsx';

function Choose() {
  const isOver = useSignal(false);
  const take = (list: FileList | null | undefined) => {
    const file = list?.[0];
    if (file) void files.takeFile(file);
  };
  return (
    <div
      role="group"
      aria-label={s('csv.title')}
      class={isOver.value ? 'set-drop over' : 'set-drop'}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        take(event.dataTransfer?.files);
      }}
    >
      <p>{s('csv.choose')}</p>
      <label class="button primary">
        {s('csv.file')}
        <input
          class="unseen"
          type="file"
          accept=".csv,.txt,.tsv,text/csv"
          onKeyDown={pressByEnter}
          onChange={(event) => {
            take(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
      </label>
      <p class="set-hint">{s('csv.columns')}</p>
      <button type="button" class="bare link" onClick={exportExample}>
        {s('csv.example')}
      </button>
    </div>
  );
}

function Summary() {
  const { added, bad, good } = files.counts.value;
  const parts = [
    good > 0 && s('csv.good', { n: good }),
    added > 0 && s('csv.added', { n: added }),
    bad > 0 && s('csv.bad', { n: bad }),
  ];
  return (
    <p class="set-summary" role="status">
      <b>{files.fileName.value}</b> {parts.filter(Boolean).join(' · ')}
    </p>
  );
}

function Buttons() {
  const { good, bad, added } = files.counts.value;
  const busy = files.isSending.value;
  return (
    <div class="set-buttons">
      <button
        type="button"
        class="button primary"
        disabled={busy || good === 0}
        onClick={() => void files.sendAll()}
      >
        {busy ? s('csv.sending') : s('csv.send', { n: good })}
      </button>
      {bad > 0 && added > 0 && (
        <button type="button" class="button" disabled={busy} onClick={exportLines}>
          <Icon name="download" size={16} /> {s('csv.rest', { n: bad })}
        </button>
      )}
      <button type="button" class="button" disabled={busy} onClick={files.close}>
        {added > 0 ? s('csv.close') : t('add.cancel')}
      </button>
    </div>
  );
}

export function Import() {
  const sheet = files.sheet.value;
  const fault = files.fault.value;
  return (
    <div class="set-list">
      <h3 class="set-title">{s('csv.title')}</h3>
      {fault !== '' && (
        <p class="set-stale" role="alert">
          {fault}
        </p>
      )}
      {sheet === null ? (
        <>
          <Choose />
          <div class="set-buttons">
            <button type="button" class="button" onClick={files.close}>
              {t('add.cancel')}
            </button>
          </div>
        </>
      ) : (
        <>
          <Summary />
          {sheet.strange.length > 0 && (
            <p class="set-hint">{s('csv.strange', { names: sheet.strange.join(', ') })}</p>
          )}
          <SheetLines sheet={sheet} />
          <Buttons />
        </>
      )}
    </div>
  );
}

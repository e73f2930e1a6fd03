/** The menu of files: of what is asked for, and those that there are. */
import { rt } from '../i18n/reports.ts';
import { count } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import { Popover } from '../parts/popover.tsx';
import {
  cancelFile,
  deleteFile,
  download,
  type File,
  FORMATS,
  files,
  filesFailed,
  isAsking,
  isUnderWay,
  makeFile,
  underWay,
} from './files.ts';
import { isKind } from './kinds.ts';

const NAMES = { csv: 'CSV', xlsx: 'Excel (XLSX)' } as const;
const KILO = 1000;

/** 812 B, 18 kB, 1.2 MB. */
export function sizeText(bytes: number): string {
  if (bytes < KILO) return `${bytes} B`;
  if (bytes < KILO * KILO) return `${Math.round(bytes / KILO)} kB`;
  return `${(bytes / KILO / KILO).toFixed(1)} MB`;
}

function nameOf({ Report, Format }: File): string {
  const name = isKind(Report) ? rt(`report.kind.${Report}`) : Report;
  return `${name} · ${Format.toUpperCase()}`;
}

function daysOf({ StartTime, EndTime, CreatedTime }: File): string {
  if (StartTime === null || EndTime === null) return CreatedTime.slice(0, 16);
  const [from, to] = [StartTime.slice(0, 10), EndTime.slice(0, 10)];
  return from === to ? from : `${from} – ${to}`;
}

function stateOf(file: File): string {
  const { State, Done, Of, Size, ExpireTime, Error: why } = file;
  if (State === 'done') {
    const until = ExpireTime === null ? '' : rt('report.until', { date: ExpireTime.slice(0, 16) });
    return [sizeText(Size), until].filter(Boolean).join(' · ');
  }
  if (State === 'failed') return why || rt('report.state.failed');
  if (State === 'cancelled') return rt('report.state.cancelled');
  return Of === 0 ? rt('report.state.waiting') : rt('report.reading', { done: Done, n: Of });
}

function FileLine({ file }: { file: File }) {
  const name = `${nameOf(file)}, ${daysOf(file)}`;
  return (
    <li class="file-line">
      <span class="grow">
        <b>{nameOf(file)}</b>
        <span class="under">{daysOf(file)}</span>
        <span class={file.State === 'failed' ? 'fault' : 'under'}>{stateOf(file)}</span>
        {isUnderWay(file) && (
          <progress max={Math.max(1, file.Of)} value={file.Done} aria-label={name} />
        )}
      </span>
      {file.State === 'done' && (
        <IconButton
          label={rt('report.download', { name })}
          onClick={() => void download(file.ReportID)}
        >
          <Icon name="download" />
        </IconButton>
      )}
      {isUnderWay(file) ? (
        <button
          type="button"
          class="button small"
          aria-label={rt('report.cancelFile', { name })}
          onClick={() => void cancelFile(file.ReportID)}
        >
          {rt('report.cancel')}
        </button>
      ) : (
        <IconButton
          label={rt('report.forget', { name })}
          onClick={() => void deleteFile(file.ReportID)}
        >
          <Icon name="close" />
        </IconButton>
      )}
    </li>
  );
}

function MyFiles() {
  if (filesFailed.value) return <p class="menu-foot">{rt('report.filesFailed')}</p>;
  if (files.value.length === 0) return <p class="menu-foot">{rt('report.filesNone')}</p>;
  return (
    <ul class="file-list" aria-label={rt('report.files')}>
      {files.value.map((file) => (
        <FileLine key={file.ReportID} file={file} />
      ))}
    </ul>
  );
}

/** `canMake`: something is asked for of which a file can be made. */
export function FileMenu({ canMake }: { canMake: boolean }) {
  const busy = underWay.value;
  return (
    <Popover
      label={rt('report.files')}
      class="button quiet-button"
      side="right"
      button={
        <>
          <Icon name="download" size={16} />
          <span>{rt('report.files')}</span>
          {busy > 0 && <b class="file-busy">{count(busy)}</b>}
        </>
      }
    >
      {canMake &&
        FORMATS.map((format) => (
          <button
            type="button"
            class="menu-item"
            key={format}
            disabled={isAsking.value}
            onClick={() => void makeFile(format)}
          >
            {rt('report.makeFile', { format: NAMES[format] })}
          </button>
        ))}
      <div class="menu-list">
        <p class="menu-head">{rt('report.myFiles')}</p>
        <MyFiles />
      </div>
    </Popover>
  );
}

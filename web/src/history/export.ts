/** The history as files. A link cannot send who asks, so the server makes one for a minute. */
import { loadBytes } from '../app/api.ts';
import { follow, saveBlob } from '../app/download.ts';
import { say } from '../app/notice.ts';
import { call, isShared, tokenNow } from '../app/session.ts';
import { utcText } from '../i18n/day.ts';
import { t } from '../i18n/text.ts';
import type { History } from './history.ts';

export const FORMATS = ['gpx', 'kml', 'csv', 'geojson'] as const;
export type Format = (typeof FORMATS)[number];

/** Whoever looks by a link gets no address of a file: the page itself reads it. */
async function readFile(fields: Record<string, string>, name: string): Promise<void> {
  const asked = new URLSearchParams(fields);
  saveBlob(name, await loadBytes(`/api/export?${asked}`, tokenNow()));
}

/** A file of the days of one vehicle: all of their fixes, also those that are not drawn. */
export async function exportTrack(shown: History, id: string, format: Format): Promise<void> {
  const fields = {
    kind: 'track',
    format,
    DeviceID: id,
    StartTime: utcText(shown.fromS),
    EndTime: utcText(shown.toS - 1),
  };
  try {
    if (isShared.value) await readFile(fields, `${id}.${format}`);
    else follow((await call('manage/AddDownload', fields)).Path);
  } catch {
    say(t('history.exportFailed'));
  }
}

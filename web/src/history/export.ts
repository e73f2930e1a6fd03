/** The history as files. A link cannot send who asks, so the server makes one for a minute. */
import { follow } from '../app/download.ts';
import { say } from '../app/notice.ts';
import { call } from '../app/session.ts';
import { utcText } from '../i18n/day.ts';
import { t } from '../i18n/text.ts';
import type { History } from './history.ts';

export const FORMATS = ['gpx', 'kml', 'csv', 'geojson'] as const;
export type Format = (typeof FORMATS)[number];

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
    follow((await call('manage/AddDownload', fields)).Path);
  } catch {
    say(t('history.exportFailed'));
  }
}

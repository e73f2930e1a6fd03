/** Moving a device to another enterprise. */
import type { ApiError } from '../app/api.ts';
import { address, go } from '../app/navigation.ts';
import { say } from '../app/notice.ts';
import { call, enterprises } from '../app/session.ts';
import { s } from '../i18n/settings_text.ts';
import { devices } from './devices.ts';
import type { Row } from './entity.ts';
import { dropForm } from './forms.ts';
import { readList } from './lists.ts';
import { isSilence } from './save.ts';

/** Answers why it did not work, '' where it did. */
export async function moveDevice(row: Row, HoldID: number, KeepHistory: boolean): Promise<string> {
  const DeviceID = String(row['DeviceID']);
  try {
    await call('manage/MoveDevice', { DeviceID, HoldID, KeepHistory });
  } catch (error) {
    if (isSilence(error)) return s('set.silent');
    return s('set.refused', { why: (error as ApiError).message });
  }
  const there = enterprises.value.rows.find((each) => each.HoldID === HoldID)?.HoldName ?? '';
  say(s('move.done', { name: devices.nameOf(row), there }));
  dropForm(devices, DeviceID);
  if (address.peek().item === DeviceID) go({ item: '' });
  void readList(devices);
  return '';
}

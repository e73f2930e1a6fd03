/**
 * What may be asked of a device, and what becomes of it at once: one call an order, never repeated,
 * since nobody wants a lock to open twice.
 */
import { type TextKey, t } from '../i18n/text.ts';
import { ApiError } from './api.ts';
import type { Details } from './device.ts';
import { call } from './session.ts';

export type Query = 'status' | 'parameters' | 'iccid';
export type LockOrder = 'lock' | 'unlock' | 'timed';

export type Order =
  | { kind: 'query'; query: Query }
  | { kind: 'text' | 'highlevel'; text: string; bySms: boolean }
  /** A name that the model has for a text, such as "cut". */
  | { kind: 'named'; name: string }
  | { kind: 'lock' | 'unlock'; password: string }
  /** `time` as yyyy-MM-dd HH:mm:ss, in the zone of the enterprise. */
  | { kind: 'timed'; password: string; time: string };

export const QUERIES: readonly Query[] = ['status', 'parameters', 'iccid'];

/** The orders to its lock that a device may take. */
export function lockOrders(found: Details | null): LockOrder[] {
  if (!found?.HasLock) return [];
  const both = (['unlock', 'lock'] as const).filter((kind) => found.Commands.includes(kind));
  return [...both, 'timed'];
}

const QUERY_METHODS = {
  status: 'vehicle/SendQueryStatusCommand',
  parameters: 'vehicle/SendQueryParameterCommand',
  iccid: 'vehicle/SendQueryICCIDCommand',
} as const;

/** Asks the server; throws ApiError. */
export async function give(DeviceID: string, order: Order): Promise<void> {
  switch (order.kind) {
    case 'query':
      await call(QUERY_METHODS[order.query], { DeviceID });
      break;
    case 'text':
      await call('vehicle/SendTextCommand', {
        DeviceID,
        TextCommand: order.text,
        BySMS: order.bySms,
      });
      break;
    case 'highlevel':
      await call('vehicle/SendHighLevelCommand', {
        DeviceID,
        TextCommand: order.text,
        BySMS: order.bySms,
      });
      break;
    case 'named':
      await call('vehicle/SendHighLevelCommand', { DeviceID, TextCommand: order.name });
      break;
    case 'timed':
      await call('vehicle/SetTimedUnlock', {
        DeviceID,
        Password: order.password,
        FixedTime: order.time,
      });
      break;
    default: {
      const OpenType = order.kind === 'unlock' ? 1 : 0;
      await call('vehicle/SetLockSwitch', { DeviceID, Password: order.password, OpenType });
    }
  }
}

/** What it is called: "Unlock", "Query status", "cut", or the text itself. */
export function orderName(order: Order): string {
  if (order.kind === 'query') return t(`command.query.${order.query}`);
  if (order.kind === 'named') return nameOf(order.name);
  if (order.kind === 'text' || order.kind === 'highlevel') return order.text;
  return t(`command.${order.kind}`);
}

/** The names that profiles have of themselves are in our texts; an operator's are as they stand. */
export function nameOf(name: string): string {
  return name === 'cut' || name === 'restore' ? t(`command.named.${name}`) : name;
}

/** What the caller hears where all went well. */
export function doneText(order: Order): string {
  if (order.kind === 'timed') return t('command.done.timed', { time: order.time });
  const isNow = order.kind === 'lock' || order.kind === 'unlock';
  return t(isNow ? 'command.done.written' : 'command.done.taken');
}

const OF_CODE: Record<number, TextKey> = {
  0: 'command.why.silent',
  404: 'command.why.gone',
  503: 'command.why.busy',
  4001: 'command.why.role',
  4005: 'command.why.password',
  4010: 'command.why.offline',
};
const OF_TEXT: Record<string, TextKey> = {
  'Not supported by this device': 'command.why.unsupported',
  'Not supported by SMS': 'command.why.sms',
  'Vehicle is moving': 'command.why.moving',
  'No recent position': 'command.why.lost',
  'Too many commands are waiting for this device': 'command.why.many',
};

/** Why it was refused, by the codes and texts of the contract. */
export function refusalText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('command.why.silent');
  const key = OF_CODE[error.code] ?? OF_TEXT[error.message];
  return key ? t(key) : t('command.why.other', { why: error.message || String(error.code) });
}

/** Calls for a report: some vehicles at a time, page after page, and again where it is busy. */
import type { Data, Method, Request } from '../app/api.ts';
import { ApiError } from '../app/api.ts';
import { call } from '../app/session.ts';
import { utcText } from '../i18n/day.ts';
import type { Asked } from './asked.ts';
import { dayCount } from './period.ts';

/** What one call may be asked for: vehicles times days. */
const DEVICE_DAYS_MAX = 3100;
const FIRST_VEHICLES = 10;
const VEHICLES = 50;
const TRIES = 4;
const WAIT_S = 2;

const pause = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));

/** A server that is busy now says so: it is asked again a moment later. */
export async function ask<M extends Method>(method: M, fields: Request<M>): Promise<Data<M>> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await call(method, fields);
    } catch (error) {
      const isBusy = error instanceof ApiError && [429, 503].includes(error.code);
      if (!isBusy || left === 0) throw error;
      await pause(error.retryAfterS || WAIT_S);
    }
  }
}

/** DeviceIDs in lists: a short one first, for the first rows. */
export function* batches(ids: readonly string[], first: number, most: number): Generator<string[]> {
  if (ids.length > 0) yield ids.slice(0, first);
  for (let at = first; at < ids.length; at += most) yield ids.slice(at, at + most);
}

interface SpanAnswer<R> {
  data: R[];
  next: string | null;
  done: number;
  of: number;
}
interface SpanFields {
  DeviceIDs: string[];
  StartTime: string;
  EndTime: string;
  After?: string;
}
export interface SpanPage<R> {
  rows: R[];
  done: number;
  isCut: boolean;
}

export async function* spanPages<R>(
  asked: Asked,
  read: (fields: SpanFields) => Promise<SpanAnswer<R>>,
): AsyncGenerator<SpanPage<R>> {
  const fit = Math.max(1, Math.floor(DEVICE_DAYS_MAX / dayCount(asked)));
  let before = 0;
  for (const batch of batches(asked.ids, Math.min(fit, FIRST_VEHICLES), Math.min(fit, VEHICLES))) {
    const fields = { DeviceIDs: batch, ...rangeOf(asked) };
    let after: string | null = null;
    do {
      const found: SpanAnswer<R> = await read(
        after === null ? fields : { ...fields, After: after },
      );
      after = found.next;
      const isCut = after === null && found.done < found.of;
      yield { rows: found.data, done: before + found.done, isCut };
    } while (after !== null);
    before += batch.length;
  }
}

export function rangeOf({ fromS, toS }: Asked): { StartTime: string; EndTime: string } {
  return { StartTime: utcText(fromS), EndTime: utcText(toS - 1) };
}

/** Calls of the server's API. Every answer is {"Code", "Data", "ErrMsg"}; 200 is success. */

import type { Methods } from '../api/types.ts';
import { send, takeAhead } from './ahead.ts';

export class ApiError extends Error {
  /** Code of the answer; 0: there was none. */
  readonly code: number;
  /** Seconds, where the server says when to come again; else 0. */
  readonly retryAfterS: number;
  /** What the answer says beyond its text, as where a shape is wrong; else null. */
  readonly data: unknown;

  constructor(code: number, message: string, retryAfterS = 0, data: unknown = null) {
    super(message);
    this.code = code;
    this.retryAfterS = retryAfterS;
    this.data = data;
  }
}

export type Method = keyof Methods;
export type Request<M extends Method> = Methods[M]['request'];
export type Data<M extends Method> = Methods[M]['data'];
/** A row of what a List... method answers. */
export type Row<M extends Method> = Data<M> extends { data: (infer R)[] } ? R : never;

interface Envelope {
  Code: number;
  Data: unknown;
  ErrMsg: string | null;
}

/** Posts `fields` to /api/METHOD; throws ApiError. */
export async function post<M extends Method>(
  method: M,
  fields: Request<M>,
  token = '',
): Promise<Data<M>> {
  const envelope = (await fetchJson(method, fields, token)) as Envelope;
  const { Code, Data: data, ErrMsg } = envelope;
  if (Code !== 200) throw new ApiError(Code, ErrMsg ?? '', 0, data);
  return data as Data<M>;
}

/** The whole answer of /api/PATH; throws ApiError where there is none, or HTTP says no. */
export async function fetchJson(path: string, fields: object, token: string): Promise<unknown> {
  let answer: Response;
  try {
    const body = JSON.stringify(fields);
    answer = await (takeAhead(path, body, token) ?? send(path, body, token));
  } catch {
    throw new ApiError(0, '');
  }
  const value: unknown = await answer.json().catch(() => null);
  if (!answer.ok || typeof value !== 'object' || value === null) {
    const retryAfterS = Number(answer.headers.get('Retry-After')) || 0;
    throw new ApiError(answer.status === 200 ? 0 : answer.status, '', retryAfterS);
  }
  return value;
}

/** 4000 is a login that worked, of a service that ends soon: Data is the token all the same. */
export async function loginToken(fields: object): Promise<string> {
  const answer = (await fetchJson('user/GetLoginToken', fields, '')) as Envelope;
  const isIn = (answer.Code === 200 || answer.Code === 4000) && typeof answer.Data === 'string';
  if (!isIn) throw new ApiError(answer.Code, answer.ErrMsg ?? '');
  return answer.Data as string;
}

/** A JSON file of the server; throws where there is none. */
export async function loadFile(path: string, token: string): Promise<unknown> {
  const headers: Record<string, string> = token === '' ? {} : { Authorization: token };
  const answer = await fetch(path, { headers });
  if (!answer.ok) throw new ApiError(answer.status, '');
  return await answer.json();
}

/** Any other file; an envelope in its place says why there is none. */
export async function loadBytes(path: string, token: string): Promise<Blob> {
  const answer = await fetch(path, { headers: { Authorization: token }, cache: 'no-store' });
  const isEnvelope = answer.headers.get('Content-Type')?.startsWith('application/json') ?? true;
  if (!answer.ok || isEnvelope) throw new ApiError(answer.status, '');
  return await answer.blob();
}

/** Names of the services that the server calls; null: it does not tell. */
export async function readProviders(): Promise<string[] | null> {
  const told: unknown = await fetch('/health')
    .then((answer) => answer.json())
    .catch(() => null);
  const providers = (told as { providers?: { name: string }[] } | null)?.providers;
  return Array.isArray(providers) ? providers.map(({ name }) => name) : null;
}

/** What a form of a method says, as the body of a call; and the call as a line for a shell. */
import type { Field } from './openapi.ts';

export type Values = Readonly<Record<string, string>>;

function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isNaN(number) ? text : number; // what is no number the server refuses, and says so
}

function listOf(text: string, of: readonly string[]): unknown[] {
  const items = text.split(',').map((item) => item.trim());
  const isOfNumbers = of.includes('integer') || of.includes('number');
  return items.filter(Boolean).map((item) => (isOfNumbers ? numberOf(item) : item));
}

function typed({ kind, of }: Field, text: string): unknown {
  if (kind === 'integer' || kind === 'number') return numberOf(text.trim());
  if (kind === 'boolean') return text === 'true';
  if (kind === 'list') return listOf(text, of);
  if (kind === 'json') return JSON.parse(text);
  return kind === 'choice' && of.every((each) => /^-?\d+$/.test(each)) ? numberOf(text) : text;
}

/** Fields that are left empty are not sent. Throws SyntaxError where a field wants JSON. */
export function bodyOf(fields: readonly Field[], values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const text = values[field.name] ?? '';
    if (text !== '') body[field.name] = typed(field, text);
  }
  return body;
}

/** The first page of a list, which is what most want first. */
const FIRST_PAGE: Values = { PageIndex: '1', PageSize: '100' };

/** What a form begins with. */
export function valuesAtFirst(fields: readonly Field[]): Record<string, string> {
  const required = fields.filter(({ isRequired, name }) => isRequired && name in FIRST_PAGE);
  return Object.fromEntries(required.map(({ name }) => [name, FIRST_PAGE[name] ?? '']));
}

/** A sample of what is required, for who reads. */
export function sampleOf(fields: readonly Field[]): Record<string, unknown> {
  const samples = { text: '…', integer: 1, number: 1, boolean: true, list: ['…'], json: [] };
  const required = fields.filter(({ isRequired }) => isRequired);
  const sample = ({ kind, of }: Field) => (kind === 'choice' ? of[0] : samples[kind]);
  const all = Object.fromEntries(required.map((field) => [field.name, sample(field)]));
  return { ...all, ...bodyOf(fields, valuesAtFirst(fields)) };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function curlOf(origin: string, path: string, needsToken: boolean, body: object): string {
  const lines = [`curl ${origin}${path}`];
  if (needsToken) lines.push(`-H 'Authorization: TOKEN'`);
  lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(body))}`);
  return lines.join(' \\\n  ');
}

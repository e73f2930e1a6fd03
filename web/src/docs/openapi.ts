/** The methods of the API, as a page tells of them, out of the OpenAPI document of the server. */

interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
}

interface Content {
  schema?: Schema;
  example?: unknown;
}

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security?: unknown[];
  'x-section'?: number;
  'x-role'?: string;
  'x-changes'?: boolean;
  'x-codes': Record<string, string>;
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}

export interface OpenApi {
  info: { title: string; version: string; description: string };
  components: { schemas: Record<string, Schema> };
  paths: Record<string, { post: Operation; get?: Operation }>;
}

export type FieldKind = 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'list' | 'json';

export interface Field {
  name: string;
  kind: FieldKind;
  /** Of a list what its items are, of a choice what there is to choose from. */
  of: string[];
  isRequired: boolean;
  about: string;
  /** "1 … 1440", "≤ 64"; "": there are none worth telling. */
  bounds: string;
}

export interface Code {
  code: string;
  text: string;
}

export interface Method {
  name: string;
  path: string;
  tag: string;
  /** Of the contract; 0: none. */
  section: number;
  /** "": no token is needed. */
  role: string;
  about: string;
  changes: boolean;
  takesGet: boolean;
  /** Its answer is no envelope: a stream, or a file. */
  isStream: boolean;
  isFile: boolean;
  fields: Field[];
  codes: Code[];
  /** An answer. */
  example: unknown;
}

const REFERENCE = '#/components/schemas/';
/** Bounds that say no more than "a number". */
const LARGE = 2 ** 53;

function resolved(document: OpenApi, schema: Schema | undefined): Schema {
  const name = schema?.$ref?.replace(REFERENCE, '');
  return (name ? document.components.schemas[name] : schema) ?? {};
}

function typesOf({ type }: Schema): string[] {
  return [type ?? []].flat().filter((each) => each !== 'null');
}

function kindOf(schema: Schema): FieldKind {
  const types = typesOf(schema);
  if (schema.enum) return 'choice';
  if (types.includes('array')) {
    const inner = typesOf(schema.items ?? {});
    return inner.includes('object') || inner.includes('array') ? 'json' : 'list';
  }
  if (types.includes('string')) return 'text';
  for (const kind of ['integer', 'number', 'boolean'] as const) {
    if (types.includes(kind)) return kind;
  }
  return 'json';
}

function boundsOf({ minimum, maximum, maxLength, maxItems }: Schema): string {
  const most = maximum ?? maxItems ?? maxLength;
  const hasMost = most !== undefined && most < LARGE;
  if (minimum !== undefined && hasMost) return `${minimum} … ${most}`;
  if (minimum !== undefined) return minimum === 0 ? '' : `≥ ${minimum}`;
  return hasMost ? `≤ ${most}` : '';
}

function ofWhat(schema: Schema): string[] {
  if (schema.enum) return schema.enum.map(String);
  return typesOf(schema.items ?? {});
}

function fieldsOf(document: OpenApi, operation: Operation): Field[] {
  const content = operation.requestBody?.content['application/json'];
  const { properties = {}, required = [] } = resolved(document, content?.schema);
  const fields = Object.entries(properties).map(([name, inner]) => {
    const schema = resolved(document, inner);
    return {
      name,
      kind: kindOf(schema),
      of: ofWhat(schema),
      isRequired: required.includes(name),
      about: schema.description ?? '',
      bounds: boundsOf(schema),
    };
  });
  return fields.sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
}

function methodOf(document: OpenApi, path: string): Method {
  const { post, get } = document.paths[path] as { post: Operation; get?: Operation };
  const content = post.responses['200']?.content ?? {};
  const isStream = 'text/event-stream' in content;
  return {
    name: post.operationId,
    path,
    tag: post.tags[0] ?? '',
    section: post['x-section'] ?? 0,
    role: post.security?.length === 0 ? '' : (post['x-role'] ?? ''),
    about: post.summary,
    changes: post['x-changes'] ?? false,
    takesGet: get !== undefined,
    isStream,
    isFile: !isStream && Object.keys(content).length > 1,
    fields: fieldsOf(document, post),
    codes: Object.entries(post['x-codes']).map(([code, text]) => ({ code, text })),
    example: content['application/json']?.example,
  };
}

/** Those of the contract first, by their section; the others as the document has them. */
export function methodsOf(document: OpenApi): Method[] {
  const methods = Object.keys(document.paths).map((path) => methodOf(document, path));
  const place = ({ section }: Method) => section || Number.MAX_SAFE_INTEGER;
  return methods.sort((a, b) => place(a) - place(b));
}

/** Those whose name, section or text has all words. */
export function matching(methods: readonly Method[], query: string): Method[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = ({ name, section, about }: Method) => `${name} ${section || ''} ${about}`;
  return methods.filter((method) => {
    const text = textOf(method).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

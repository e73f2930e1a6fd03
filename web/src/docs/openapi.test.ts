import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Field, matching, methodsOf, type OpenApi } from './openapi.ts';
import { bodyOf, curlOf, sampleOf } from './request.ts';

const answer = { '200': { content: { 'application/json': { example: { Code: 200 } } } } };
const post = (name: string, more: object) => ({
  post: {
    operationId: name,
    summary: `Does ${name}.`,
    tags: ['manage'],
    'x-codes': { 200: 'Done' },
    responses: answer,
    ...more,
  },
});
const body = { content: { 'application/json': { schema: { $ref: '#/components/schemas/R' } } } };
const file = { content: { 'application/json': {}, 'text/csv': {} } };
const document = {
  info: { title: '', version: '', description: '' },
  components: {
    schemas: {
      R: {
        type: 'object',
        required: ['Name'],
        properties: {
          Count: { type: ['integer', 'null'], minimum: 1, maximum: 9 },
          Name: { type: 'string', maxLength: 64, description: 'Who' },
          Type: { type: 'integer', enum: [0, 1] },
          IDs: { type: ['string', 'array'], items: { type: 'string' } },
          Groups: { type: 'array', items: { type: 'integer' } },
          Points: { type: 'array', items: { type: 'array' } },
          Big: { type: 'integer', minimum: 0, maximum: 2 ** 63 },
        },
      },
    },
  },
  paths: {
    '/api/manage/AddThing': post('AddThing', { requestBody: body, 'x-changes': true }),
    '/api/user/Get': post('Get', { security: [], 'x-section': 4 }),
    '/api/export': { ...post('export', { responses: { '200': file } }), get: {} },
  },
} as unknown as OpenApi;

test('methods stand by their section, with what they take, required fields first', () => {
  const [first, add, exported] = methodsOf(document);
  assert.deepEqual([first?.name, first?.role, first?.section], ['Get', '', 4]);
  assert.deepEqual([add?.changes, exported?.isFile, exported?.takesGet], [true, true, true]);
  assert.deepEqual(
    add?.fields.map(({ name, kind, bounds }) => [name, kind, bounds]),
    [
      ['Name', 'text', '≤ 64'],
      ['Count', 'integer', '1 … 9'],
      ['Type', 'choice', ''],
      ['IDs', 'list', ''],
      ['Groups', 'list', ''],
      ['Points', 'json', ''],
      ['Big', 'integer', ''],
    ],
  );
});

test('a search finds by name, section and text', () => {
  const methods = methodsOf(document);
  const names = (query: string) => matching(methods, query).map(({ name }) => name);
  assert.deepEqual(names('does thing'), ['AddThing']);
  assert.deepEqual(names('4'), ['Get']);
  assert.equal(names('').length, 3);
});

test('a form becomes a body: what is empty is left out, and each value has its type', () => {
  const fields = (methodsOf(document)[1] as { fields: Field[] }).fields;
  const values = {
    Name: 'A',
    Count: '3',
    Type: '1',
    IDs: 'a, b',
    Groups: '1,2',
    Big: '',
    Points: '[[1,2]]',
  };
  assert.deepEqual(bodyOf(fields, values), {
    Name: 'A',
    Count: 3,
    Type: 1,
    IDs: ['a', 'b'],
    Groups: [1, 2],
    Points: [[1, 2]],
  });
  assert.deepEqual(bodyOf(fields, { Count: 'x' }), { Count: 'x' });
  assert.throws(() => bodyOf(fields, { Points: '[' }), SyntaxError);
  assert.deepEqual(sampleOf(fields), { Name: '…' });
});

test('a line for a shell quotes what is in the body', () => {
  const line = curlOf('http://a', '/api/b', true, { Name: "O'Hara" });
  assert.match(line, /^curl http:\/\/a\/api\/b \\\n/);
  assert.ok(line.includes(`-d '{"Name":"O'\\''Hara"}'`));
  assert.ok(!curlOf('', '', false, {}).includes('TOKEN'));
});

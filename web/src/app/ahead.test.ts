import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { askAhead, dropAhead, takeAhead } from './ahead.ts';
import { type ApiError, post } from './api.ts';

/** What was asked of the server, which answers each call with how many there were. */
function served(t: TestContext) {
  const asked: { url: string; token: string | null; signal: AbortSignal | null }[] = [];
  const ownFetch = globalThis.fetch;
  t.after(() => {
    globalThis.fetch = ownFetch;
    dropAhead();
  });
  globalThis.fetch = async (url, options) => {
    const token = new Headers(options?.headers).get('Authorization');
    asked.push({ url: String(url), token, signal: options?.signal ?? null });
    return Response.json({ Code: 200, Data: asked.length, ErrMsg: null });
  };
  return asked;
}

test('the same call gets what was asked for ahead, once, and behind who heard of it', async (t) => {
  const asked = served(t);
  askAhead('user/Resume', {}, '', async (copy) => {
    assert.deepEqual(await copy.json(), { Code: 200, Data: 1, ErrMsg: null });
    askAhead('manage/GetMe', {}, 'T');
  });
  assert.equal(await post('user/Resume', {}), 1, 'the copy was another one');
  assert.equal(await post('manage/GetMe', {}, 'T'), 2);
  assert.equal(await post('manage/GetMe', {}, 'T'), 3);
  assert.deepEqual(
    asked.map(({ url, token }) => `${url} ${token}`),
    ['/api/user/Resume null', '/api/manage/GetMe T', '/api/manage/GetMe T'],
  );
});

test('another call, another token and other fields get an answer of their own', async (t) => {
  const asked = served(t);
  askAhead('snapshot', { cols: 'id' }, 'T');
  assert.equal(await post('snapshot', { cols: 'id' }, 'U'), 2);
  assert.equal(await post('snapshot', { cols: 'id,x' }, 'T'), 3);
  assert.equal(asked[0]?.signal?.aborted, false);
  dropAhead();
  assert.equal(asked[0]?.signal?.aborted, true);
  assert.equal(takeAhead('snapshot', '{"cols":"id"}', 'T'), null);
});

test('a server that is away is told to whoever calls', async (t) => {
  const asked = served(t);
  globalThis.fetch = () => Promise.reject(new TypeError('away'));
  askAhead('manage/GetMe', {}, 'T');
  await assert.rejects(post('manage/GetMe', {}, 'T'), (error) => (error as ApiError).code === 0);
  assert.equal(asked.length, 0);
});

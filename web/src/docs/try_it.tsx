/** A form that calls a method, as who is logged in on this browser, or by a token. */
import { useSignal } from '@preact/signals';
import { ApiError, fetchJson } from '../app/api.ts';
import { me, phase } from '../app/session.ts';
import { d } from '../i18n/docs_text.ts';
import { CodeBlock } from './code_block.tsx';
import { FieldInput } from './field_input.tsx';
import type { Method } from './openapi.ts';
import { type Outcome, SHOWN_MAX, Shown } from './outcome.tsx';
import { bodyOf, curlOf, valuesAtFirst } from './request.ts';
import { heedAnswer, isOfLogin, LOGIN, tokenOfCalls, tokenTyped, typeToken } from './token.ts';

async function send(method: Method, body: object): Promise<Outcome> {
  const fromMs = performance.now();
  try {
    const token = tokenOfCalls();
    const answer = await fetchJson(method.path.replace('/api/', ''), body, token);
    heedAnswer(method.path, token, answer);
    const text = JSON.stringify(answer, null, 2);
    const tookMs = Math.round(performance.now() - fromMs);
    return { text: text.slice(0, SHOWN_MAX), isCut: text.length > SHOWN_MAX, tookMs };
  } catch (error) {
    const code = error instanceof ApiError ? error.code : 0;
    return {
      fault: code === 0 ? d('docs.noAnswer') : d('docs.httpStatus', { code: String(code) }),
    };
  }
}

function Who({ method }: { method: Method }) {
  if (method.role === '') return null;
  const hasToken = tokenTyped.value !== '';
  const name = me.value?.LoginName ?? '';
  return (
    <p class="docs-who">
      {hasToken && <span>{d(isOfLogin.value ? 'docs.tryByLogin' : 'docs.tryByToken')}</span>}
      {!hasToken && phase.value === 'in' && <span>{d('docs.tryAs', { name })}</span>}
      {!hasToken && phase.value !== 'in' && (
        <span>
          {d('docs.tryLogin')} <a href="/">{d('docs.tryLink')}</a>
        </span>
      )}
      <input
        aria-label={d('docs.tryToken')}
        placeholder={d('docs.tryToken')}
        autocomplete="off"
        value={tokenTyped.value}
        onInput={(event) => typeToken(event.currentTarget.value)}
      />
    </p>
  );
}

/** What keeps the form from being a call: a field whose text is no JSON. */
function readForm(method: Method, values: Record<string, string>): object | string {
  for (const field of method.fields) {
    try {
      bodyOf([field], values);
    } catch {
      return field.name;
    }
  }
  return bodyOf(method.fields, values);
}

function Sure({ isSure, onSure }: { isSure: boolean; onSure: (is: boolean) => void }) {
  const name = tokenTyped.value === '' ? (me.value?.HoldName ?? '') : '';
  return (
    <label class="docs-sure">
      <input
        type="checkbox"
        checked={isSure}
        onChange={(event) => onSure(event.currentTarget.checked)}
      />
      {name === '' ? d('docs.sureNobody') : d('docs.sure', { name })}
    </label>
  );
}

export function TryIt({ method }: { method: Method }) {
  const values = useSignal(valuesAtFirst(method.fields));
  const outcome = useSignal<Outcome>(null);
  const isSure = useSignal(false);
  const body = readForm(method, values.value);
  const fault = typeof body === 'string' ? d('docs.badJson', { name: body }) : '';
  const isOff = fault !== '' || outcome.value === 'sending' || (method.changes && !isSure.value);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isOff || typeof body === 'string') return;
    outcome.value = 'sending';
    outcome.value = await send(method, body);
  };
  return (
    <form class="docs-try" onSubmit={(event) => void submit(event)}>
      <Who method={method} />
      <div class="docs-inputs">
        {method.fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            value={values.value[field.name] ?? ''}
            onInput={(text) => {
              values.value = { ...values.value, [field.name]: text };
            }}
          />
        ))}
      </div>
      {typeof body === 'object' && (
        <CodeBlock
          text={curlOf(location.origin, method.path, method.role !== '', body)}
          label={d('docs.request')}
        />
      )}
      {fault !== '' && <p class="fault">{fault}</p>}
      {method.changes && (
        <Sure
          isSure={isSure.value}
          onSure={(is) => {
            isSure.value = is;
          }}
        />
      )}
      <button type="submit" class="button primary" disabled={isOff}>
        {d(outcome.value === 'sending' ? 'docs.sending' : 'docs.send')}
      </button>
      <Shown outcome={outcome.value} isLogin={method.path === LOGIN} />
    </form>
  );
}

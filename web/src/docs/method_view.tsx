/** One method: what it takes, answers and refuses, and a form to try it. */
import { d } from '../i18n/docs_text.ts';
import { CodeBlock } from './code_block.tsx';
import type { Field, Method } from './openapi.ts';
import { curlOf, sampleOf } from './request.ts';
import { TryIt } from './try_it.tsx';

function typeText({ kind, of, bounds }: Field): string {
  const type =
    kind === 'list'
      ? d('docs.listOf', { of: of.join(' | ') })
      : kind === 'choice'
        ? of.join(' | ')
        : kind;
  return bounds === '' ? type : `${type}, ${bounds}`;
}

function FieldRow({ field }: { field: Field }) {
  return (
    <tr>
      <td>
        <code>{field.name}</code>
        {field.isRequired && <span class="docs-required">{d('docs.required')}</span>}
      </td>
      <td>{typeText(field)}</td>
      <td>{field.about}</td>
    </tr>
  );
}

function Fields({ method }: { method: Method }) {
  if (method.fields.length === 0) return <p>{d('docs.noFields')}</p>;
  return (
    <table class="docs-table docs-fields">
      <thead>
        <tr>
          <th>{d('docs.name')}</th>
          <th>{d('docs.type')}</th>
          <th>{d('docs.about')}</th>
        </tr>
      </thead>
      <tbody>
        {method.fields.map((field) => (
          <FieldRow key={field.name} field={field} />
        ))}
      </tbody>
    </table>
  );
}

function Codes({ method }: { method: Method }) {
  return (
    <table class="docs-table">
      <thead>
        <tr>
          <th>{d('docs.code')}</th>
          <th>{d('docs.means')}</th>
        </tr>
      </thead>
      <tbody>
        {method.codes.map(({ code, text }) => (
          <tr key={code}>
            <td>{code}</td>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Marks({ method }: { method: Method }) {
  return (
    <p class="docs-marks">
      <code>{`${method.takesGet ? 'GET, POST' : 'POST'} ${method.path}`}</code>
      {method.section > 0 && <span>{`${d('docs.section')} ${method.section}`}</span>}
      <span>{method.role === '' ? d('docs.open') : d('docs.role', { role: method.role })}</span>
      {method.changes && <span>{d('docs.changes')}</span>}
    </p>
  );
}

export function MethodView({ method }: { method: Method }) {
  const sample = curlOf(location.origin, method.path, method.role !== '', sampleOf(method.fields));
  return (
    <>
      <h1>{method.name}</h1>
      <Marks method={method} />
      <p>{method.about}</p>
      <h2>{d('docs.fields')}</h2>
      <Fields method={method} />
      <h2>{d('docs.request')}</h2>
      <CodeBlock text={sample} label={d('docs.request')} />
      {method.example !== undefined && (
        <>
          <h2>{d('docs.answer')}</h2>
          <CodeBlock text={JSON.stringify(method.example, null, 2)} label={d('docs.answer')} />
        </>
      )}
      <h2>{d('docs.answerCodes')}</h2>
      <Codes method={method} />
      <h2>{d('docs.try')}</h2>
      {method.isStream || method.isFile ? <p>{d('docs.noTry')}</p> : <TryIt method={method} />}
    </>
  );
}

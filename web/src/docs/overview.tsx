/** What there is to know before a method: the first call, what answers are, codes by section. */
import { d } from '../i18n/docs_text.ts';
import { CodeBlock } from './code_block.tsx';
import type { Method, OpenApi } from './openapi.ts';
import { curlOf } from './request.ts';
import { methods } from './state.ts';

function first(): string {
  const login = { LoginName: 'demo', PassWord: 'demo' };
  const { origin } = location;
  return [
    curlOf(origin, '/api/user/GetLoginToken', false, login),
    curlOf(origin, '/api/vehicle/GetDeviceList', true, { PageIndex: 1, PageSize: 100 }),
  ].join('\n\n');
}

/** Sentences in paragraphs of a few, since the document has them as one text. */
function paragraphs(text: string): string[] {
  const sentences = text.split(/(?<=\.) (?=[A-Z/])/);
  const found: string[] = [];
  for (let at = 0; at < sentences.length; at += 3)
    found.push(sentences.slice(at, at + 3).join(' '));
  return found;
}

function CodesRow({ method }: { method: Method }) {
  return (
    <tr>
      <td>{method.section || ''}</td>
      <td>
        <a href={`#${method.name}`}>{method.name}</a>
      </td>
      <td>{method.codes.map(({ code }) => code).join(', ')}</td>
    </tr>
  );
}

export function Overview({ document }: { document: OpenApi }) {
  const { title, version, description } = document.info;
  return (
    <>
      <h1>{title}</h1>
      <p class="under">{d('docs.version', { version, n: methods.value.length })}</p>
      {paragraphs(description).map((text) => (
        <p key={text}>{text}</p>
      ))}
      <p>
        {d('docs.documentText')} <a href="/api/openapi.json">{d('docs.document')}</a>
      </p>
      <h2>{d('docs.first')}</h2>
      <p>{d('docs.firstText')}</p>
      <CodeBlock text={first()} label={d('docs.first')} />
      <h2>{d('docs.codes')}</h2>
      <p>{d('docs.codesText')}</p>
      <table class="docs-table">
        <thead>
          <tr>
            <th>{d('docs.section')}</th>
            <th>{d('docs.method')}</th>
            <th>{d('docs.answerCodes')}</th>
          </tr>
        </thead>
        <tbody>
          {methods.value.map((method) => (
            <CodesRow key={method.name} method={method} />
          ))}
        </tbody>
      </table>
    </>
  );
}
